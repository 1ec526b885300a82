# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

require_relative "test_helper"

# join, task_done and nack: what a joinable queue adds to a plain one.
class TestJoinableQueue < IPCQTest
  def test_join_waits_for_the_last_task_done
    queue = new_joinable_queue << 1 << 2
    item = queue.pop_item
    queue.pop
    assert_same queue, queue.task_done(item.ticket)
    assert_nil queue.join(timeout: 0)
    assert_nil queue.join(timeout: 0.02)
    joiner = Thread.new { queue.join }
    await { queue.stat[:joiners_waiting] == 1 }
    queue.task_done
    assert_same queue, joiner.value
  end

  def test_join_of_an_empty_queue_ends_at_once
    queue = new_joinable_queue
    assert_same queue, queue.join(timeout: 0)
  end

  def test_a_join_within_timeout_ends
    queue = new_joinable_queue << 1
    assert_raises(Timeout::Error) { Timeout.timeout(0.05) { queue.join } }
  end

  def test_task_done_too_often
    queue = new_joinable_queue << 1
    error = assert_same_error(ThreadError, IPCQ::NotTaken) { queue.task_done }
    assert_equal "IPCQ_NOTTAKEN", error.code_name
    item = queue.pop_item
    queue.task_done(item.ticket)
    assert_raises(IPCQ::NotTaken) { queue.task_done(item.ticket) }
  end

  def test_a_ticket_finishes_its_own_item
    queue = new_joinable_queue << 1 << 2
    _first, second = Array.new(2) { queue.pop_item }
    queue.task_done(second.ticket)
    queue.nack
    assert_equal 1, queue.pop
    assert_empty queue
  end

  def test_nack_gives_back_to_the_old_place
    queue = new_joinable_queue << 1 << 2
    item = queue.pop_item
    assert_equal 0, item.deliveries
    assert_same queue, queue.nack(item.ticket)
    again = queue.pop_item
    assert_equal [1, 1], [again.value, again.deliveries]
    assert_equal 2, queue.pop
  end

  def test_a_killed_child_gives_back_in_order
    queue = new_joinable_queue
    answers = new_queue
    (1..5).each { |number| queue << number }
    child = start_child do
      answers << Array.new(3) { queue.pop }
      sleep
    end
    assert_equal [1, 2, 3], answers.pop
    kill(child)
    await_recovery(queue, 3)
    items = Array.new(5) { queue.pop_item }
    assert_equal [1, 2, 3, 4, 5], items.map(&:value)
    assert_equal [1, 1, 1, 0, 0], items.map(&:deliveries)
    items.each { |item| queue.task_done(item.ticket) }
    assert_same queue, queue.join
  end

  def test_join_ends_though_a_worker_dies
    queue = new_joinable_queue << 1
    answers = new_queue
    child = start_child do
      answers << queue.pop
      sleep
    end
    answers.pop
    joiner = Thread.new { queue.join }
    await { queue.stat[:joiners_waiting] == 1 }
    kill(child)
    assert_equal 1, queue.pop
    queue.task_done
    assert_same queue, joiner.value
  end

  # Without tickets, each thread finishes what it took itself: so the item that comes back when the process is killed is
  # the one that nobody finished.
  def test_each_thread_finishes_its_own
    queue = new_joinable_queue << 1 << 2 << 3
    answers = new_queue
    child = start_child do
      workers = Array.new(3) { start_worker(queue) }
      [2, 0].each { |index| finish(workers[index]) }
      answers << "the third and the first are finished"
      sleep
    end
    answers.pop
    kill(child)
    item = queue.pop_item
    assert_equal [2, 1], [item.value, item.deliveries]
    assert_empty queue
  end

  def test_a_child_cannot_finish_what_its_parent_took
    queue = new_joinable_queue << 1
    item = queue.pop_item
    child = start_child { assert_raises(IPCQ::Inherited) { queue.task_done(item.ticket) } }
    assert_child_succeeds child
    queue.task_done(item.ticket)
    assert_same queue, queue.join
  end

  def test_an_item_of_another_handle
    queue = new_joinable_queue << 1
    other = IPCQ.open(queue.name)
    item = other.pop_item
    [[], [item.ticket]].each do |arguments|
      error = assert_raises(IPCQ::NotTaken) { queue.task_done(*arguments) }
      assert_match(/another handle of this process to the same queue holds 1: finish it there/, error.message)
    end
    other.task_done
    assert_match(/once for each item/, assert_raises(IPCQ::NotTaken) { queue.task_done }.message)
  end

  def test_an_item_of_another_process
    queue = new_joinable_queue << 1
    answers = new_queue
    child = start_child { IPCQ.open(queue.name) { |other| other.take { answers.push(1) && sleep } } }
    answers.pop
    error = assert_raises(IPCQ::NotTaken) { queue.nack }
    assert_match(/process #{child} \(.*\) holds 1: finish an item in the process that took it/, error.message)
  end

  def test_without_a_ticket_in_a_forked_child
    queue = new_joinable_queue << 1
    queue.pop
    %i[task_done nack].each do |call|
      assert_child_succeeds(start_child { assert_raises(IPCQ::Inherited) { queue.public_send(call) } })
    end
    assert_same queue, queue.task_done.join
  end

  def test_closing_gives_back
    queue = new_joinable_queue << 1
    other = IPCQ::JoinableQueue.new(queue.name)
    other.pop
    other.close
    assert_equal 1, queue.pop
  end

  def test_clear_finishes_what_it_drops
    queue = new_joinable_queue << 1 << 2
    queue.clear
    assert_same queue, queue.join(timeout: 0)
  end

  private

  # A thread that has taken an item, and finishes it when it is told to go.
  def start_worker(queue)
    taken = Thread::Queue.new
    go = Thread::Queue.new
    thread = Thread.new do
      taken << queue.pop
      go.pop
      queue.task_done
    end
    taken.pop
    [thread, go]
  end

  def finish(worker)
    thread, go = worker
    go << true
    thread.join
  end

  # A waiting process looks for the dead; one that only asks for statistics does not.
  def await_recovery(queue, items)
    await do
      queue.join(timeout: 0.01)
      queue.stat[:recovered] == items
    end
  end
end
