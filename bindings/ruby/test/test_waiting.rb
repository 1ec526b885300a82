# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

require_relative "test_helper"

# Calls that wait, and what may happen meanwhile in this process.
class TestWaiting < IPCQTest
  def test_other_threads_run_while_one_waits
    queue = new_queue
    getter = Thread.new { queue.pop }
    await_getter(queue)
    assert_equal 1, queue.num_waiting
    queue << "woken"
    assert_equal "woken", getter.value
  end

  def test_a_full_queue_makes_a_putter_wait
    queue = new_queue(max: 1) << 1
    putter = Thread.new { queue << 2 }
    await_putter(queue)
    assert_equal 1, queue.num_waiting
    assert_equal 1, queue.pop
    assert_same queue, putter.value
    assert_equal 2, queue.pop
  end

  def test_a_string_that_changes_while_it_waits_is_put_as_it_was
    [("first" * 100).b, "short".b].each do |bytes|
      queue = new_queue(max: 1) << 1
      changing = bytes.dup
      putter = Thread.new { queue << changing }
      await_putter(queue)
      changing.replace("X" * 100_000)
      assert_equal 1, queue.pop
      putter.join
      assert_equal bytes, queue.pop
    end
  end

  def test_a_wait_within_timeout_ends
    queue = new_queue
    assert_raises(Timeout::Error) { Timeout.timeout(0.05) { queue.pop } }
    queue << "still here"
    assert_equal "still here", queue.pop
  end

  def test_a_putter_within_timeout_ends_and_has_put_nothing
    queue = new_queue(max: 1) << 1
    assert_raises(Timeout::Error) { Timeout.timeout(0.05) { queue << 2 } }
    assert_equal [1, 0], [queue.pop, queue.size]
  end

  def test_a_killed_thread_takes_nothing_with_it
    queue = new_queue
    getter = Thread.new { queue.pop }
    await_getter(queue)
    getter.kill.join
    queue << "left"
    assert_equal "left", queue.pop(true)
  end

  def test_many_waiting_threads_can_be_killed
    queue = new_queue
    getters = Array.new(20) { Thread.new { queue.pop } }
    await { queue.stat[:getters_waiting] == 20 }
    getters.each(&:kill).each(&:join)
    assert_empty queue
  end

  def test_an_exception_raised_into_a_waiting_thread
    queue = new_queue
    getter = Thread.new { queue.pop }
    getter.report_on_exception = false
    await_getter(queue)
    getter.raise(Storm)
    assert_raises(Storm) { getter.value }
  end

  def test_an_exception_that_must_not_come_waits_for_the_item
    queue = new_queue
    taken = nil
    getter = Thread.new { Thread.handle_interrupt(Storm => :never) { taken = queue.pop } }
    getter.report_on_exception = false
    await_getter(queue)
    getter.raise(Storm)
    queue << "safe"
    assert_raises(Storm) { getter.value }
    assert_equal "safe", taken
  end

  # Ruby has looked at the exception already, put it off, and does not bring it up again by itself.
  def test_an_exception_that_was_put_off_comes_when_the_thread_waits
    queue = new_queue
    rounds = 0
    raised = false
    getter = Thread.new do
      Thread.handle_interrupt(Storm => :on_blocking) do
        rounds += 1 until raised
        queue.pop
      end
    end
    getter.report_on_exception = false
    await { rounds.positive? }
    getter.raise(Storm)
    seen = rounds
    await { rounds > seen + 1 }
    raised = true
    assert_raises(Storm) { getter.value }
  end

  def test_a_trap_runs_while_the_main_thread_waits
    queue = new_queue
    before = trap("USR1") { queue << "from the trap" }
    Thread.new do
      await_getter(queue)
      Process.kill(:USR1, Process.pid)
    end
    assert_equal "from the trap", queue.pop
  ensure
    trap("USR1", before)
  end

  def test_control_c_ends_a_wait_and_takes_nothing
    queue = new_queue
    child = start_child do
      Signal.trap(:INT, "DEFAULT") # a shell starts its background jobs with SIGINT ignored
      queue.pop
    rescue Interrupt
      exit!(7)
    end
    await_getter(queue)
    Process.kill(:INT, child)
    assert_equal 7, wait_for(child).exitstatus
    queue << "left"
    assert_equal "left", queue.pop(true)
  end
end
