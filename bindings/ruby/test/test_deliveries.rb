# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

require_relative "test_helper"
require "open3"

# take and each_delivery: one taken item as an object that ends it.
class TestDeliveries < IPCQTest
  def setup
    super
    @queue = new_joinable_queue
  end

  def test_the_end_of_the_block_finishes
    @queue << { "n" => 1 }
    assert_equal(7, @queue.take { |job| job.value["n"] + 6 })
    assert_finished 1
  end

  def test_leaving_the_block_on_purpose_finishes
    @queue << 1 << 2 << 3
    assert_nil(@queue.take { |_job| next })
    assert_equal(2, @queue.take { |job| break job.value }) # rubocop:disable Lint/UnreachableLoop
    assert_equal 3, take_and_return
    assert_finished 3
  end

  def test_an_exception_gives_back
    @queue << "work"
    [RuntimeError, NoMemoryError, SystemExit, StopIteration].each_with_index do |error, deliveries|
      assert_raises(error) { @queue.take { |job| assert_equal(deliveries, job.deliveries) && raise(error) } }
    end
    assert_given_back 4
  end

  def test_a_throw_gives_back
    @queue << "work"
    catch(:up) { @queue.take { |job| throw :up if job.deliveries.zero? } }
    assert_given_back 1
  end

  def test_a_timeout_gives_back
    @queue << "work"
    assert_raises(Timeout::Error) { Timeout.timeout(0.05) { @queue.take { sleep } } }
    assert_given_back 1
  end

  def test_a_killed_thread_gives_back
    @queue << "work"
    thread = Thread.new { @queue.take { sleep } }
    await { thread.status == "sleep" && @queue.stat[:taken] == 1 }
    thread.kill.join
    assert_given_back 1
  end

  def test_a_killed_process_gives_back
    answers = new_queue
    @queue << "work"
    child = start_child { @queue.take { |job| answers.push(job.value) && sleep } }
    assert_equal "work", answers.pop
    kill(child)
    assert_equal(1, @queue.take(&:deliveries))
  end

  def test_without_a_block
    @queue << 1 << 2
    first = @queue.take
    assert_equal [1, 0, false], [first.value, first.deliveries, first.ended?]
    assert_same first, first.done
    second = @queue.take
    assert_same second, second.nack
    assert_equal [true, "#<IPCQ::Delivery 2 (ended)>"], [second.ended?, second.inspect]
    assert_equal(1, @queue.take(&:deliveries))
    assert_finished 2
  end

  def test_ending_twice
    @queue << 1 << 2
    [@queue.take.done, @queue.take.nack].each do |delivery|
      %i[done nack].each do |call|
        error = assert_same_error(ThreadError, IPCQ::NotTaken) { delivery.public_send(call) }
        assert_match(/already/, error.message)
      end
    end
    assert_equal [1, 1], @queue.stat.values_at(:dones, :nacks)
  end

  def test_ended_inside_the_block
    @queue << 1 << 2 << 3
    @queue.take(&:done)
    @queue.take { |job| @queue.task_done(job.ticket) }
    assert_raises(ZeroDivisionError) { @queue.take { |job| job.done && raise(ZeroDivisionError) } }
    assert_finished 3
    @queue << 4
    @queue.take(&:nack)
    assert_given_back 1, 4
  end

  def test_another_thread_ends_it
    @queue << 1 << 2
    first = @queue.take
    second = @queue.take
    Thread.new { second.done }.join
    Thread.new { first.nack }.join
    assert_given_back 1, 1
  end

  def test_in_vain
    assert_nil(@queue.take(timeout: 0) { flunk })
    assert_nil @queue.take(timeout: 0.01)
    @queue.shutdown
    assert_nil(@queue.take { flunk })
  end

  def test_errors_of_the_block_are_not_taken_for_those_of_the_queue
    ended = new_queue.shutdown
    @queue << 1
    assert_raises(IPCQ::ShutDown) { @queue.take { ended << 1 } }
    assert_raises(IPCQ::Empty) { @queue.take { new_queue.pop(true) } }
    assert_raises(IPCQ::ShutDown) { @queue.each_delivery { ended << 1 } }
    assert_given_back 3, 1
  end

  def test_an_exception_of_the_block_wins_over_one_of_nack
    @queue << 1
    assert_raises(ZeroDivisionError) { @queue.take { @queue.close && raise(ZeroDivisionError) } }
    queue = new_joinable_queue << 1
    assert_raises(IPCQ::ClosedHandle) { queue.take { queue.close } }
  end

  def test_a_forked_child_cannot_end_it
    @queue << 1
    delivery = @queue.take
    child = start_child { %i[done nack].each { |call| assert_raises(IPCQ::Inherited) { delivery.public_send(call) } } }
    assert_child_succeeds child
    delivery.done
    assert_finished 1
  end

  def test_each_delivery_ends_at_shutdown
    @queue << nil << false << 1
    @queue.shutdown
    seen = []
    assert_same(@queue, @queue.each_delivery { |job| seen << job.value })
    assert_equal [nil, false, 1], seen
    assert_finished 3
  end

  def test_each_delivery_finishes_before_it_waits
    @queue << 1
    worker = Thread.new { @queue.each_delivery(&:itself) }
    assert_same @queue, @queue.join
    @queue.shutdown
    worker.join
  end

  def test_each_delivery_gives_back_the_current_one_alone
    @queue << 1 << 2 << 3
    assert_raises(ZeroDivisionError) { @queue.each_delivery { |job| 1 / (2 - job.value) } }
    assert_equal([[2, 1], [3, 0]], Array.new(2) { @queue.take { |job| [job.value, job.deliveries] } })
    assert_finished 3
  end

  def test_each_delivery_is_enumerable
    4.times { |number| @queue << number }
    assert_equal [0, 1], @queue.each_delivery.first(2).map(&:value)
    @queue.shutdown
    assert_equal([[2, 0], [3, 1]], @queue.each_delivery.with_index.map { |job, index| [job.value, index] })
    assert_finished 4
  end

  # An interrupt at each line of the library: the item is finished or back.
  def test_an_exception_at_any_line_loses_nothing
    [-> {}, -> { raise ZeroDivisionError }].each do |work|
      lines = 0
      lines += 1 while interrupted_at?(lines) { @queue.take(timeout: 0) { work.call } }
      assert_operator lines, :>, 10
    end
  end

  # -- task_done without a ticket

  def test_the_only_item_of_a_thread_is_finished_in_silence
    assert_silent do
      2.times { (@queue << 1).pop && @queue.task_done }
      (@queue << 1).pop
      @queue.nack.pop
      Thread.new { (@queue << 2).pop && @queue.task_done }.join
      @queue.task_done
    end
    assert_finished 4
  end

  def test_two_items_are_a_reason_to_warn_once
    out = run_ruby("queue << 1 << 2 << 3; 3.times { queue.pop }\nqueue.nack\nqueue.pop; 3.times { queue.task_done }\n" \
                   "p queue.stat[:dones]")
    assert_match(/\A-e:2: warning: nack without a ticket.*\n3\n\z/, out)
  end

  def test_items_of_another_thread_are_a_reason_to_warn
    out = run_ruby("queue << 1; queue.pop; Thread.new {\nqueue.task_done\n}.join; p queue.stat[:dones]")
    assert_match(/\A-e:2: warning: task_done without a ticket.*\n1\n\z/, out)
  end

  def test_strict_raises
    queue = IPCQ::JoinableQueue.new(@queue.name, strict: true) << 1 << 2
    2.times { queue.pop }
    %i[task_done nack].each do |call|
      error = assert_same_error(ThreadError, IPCQ::Ambiguous) { queue.public_send(call) }
      assert_match(/ticket/, error.message)
    end
    assert_equal 2, queue.stat[:taken]
    assert_raises(ArgumentError) { IPCQ::Queue.new(strict: true) }
  end

  private

  def take_and_return
    @queue.take { |job| return job.value } # rubocop:disable Lint/UnreachableLoop
  end

  # Raises at the given line after the start, and checks that the only item is not left unfinished; false if there were
  # fewer lines.
  def interrupted_at?(line, &block)
    @queue << "work" if @queue.empty?
    seen = -1
    trace = TracePoint.new(:line) { |event| Thread.current.raise(Storm) if library?(event) && (seen += 1) == line }
    begin
      trace.enable(&block)
    rescue Storm, ZeroDivisionError
      nil
    end
    assert_equal 0, @queue.stat[:taken], "an interrupt at line #{line}"
    seen >= line
  end

  def library?(event)
    event.path.include?("/ipcq/")
  end

  def assert_finished(count)
    assert_equal [count, 0, 0], @queue.stat.values_at(:dones, :taken, :items)
  end

  def assert_given_back(deliveries, value = "work")
    item = @queue.pop_item(timeout: 0)
    assert_equal [value, deliveries], [item.value, item.deliveries]
  end

  # What a program says, both ways. Each has a process of its own, because it warns once.
  def run_ruby(program)
    program = "require 'ipcq'; $stdout.sync = true; queue = IPCQ::JoinableQueue.new; #{program}"
    out, status = Open3.capture2e(RbConfig.ruby, "-e", program)
    assert_predicate status, :success?, out
    out
  end
end
