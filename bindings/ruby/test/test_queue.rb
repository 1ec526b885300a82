# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

require_relative "test_helper"

# The methods of Thread::Queue and Thread::SizedQueue, without any waiting.
class TestQueue < IPCQTest
  def test_first_in_first_out_by_every_name
    queue = new_queue
    assert_same queue, queue.push(1)
    assert_same queue, queue << 2
    assert_same queue, queue.enq(3)
    assert_equal [1, 2, 3], [queue.pop, queue.shift, queue.deq]
  end

  def test_size_and_empty
    queue = new_queue
    assert_empty queue
    queue << 1 << 2
    refute_empty queue
    assert_equal [2, 2], [queue.size, queue.length]
  end

  def test_pop_without_waiting_raises_as_thread_queue_does
    expected = assert_raises(ThreadError) { Thread::Queue.new.pop(true) }
    error = assert_same_error(ThreadError, IPCQ::Empty) { new_queue.pop(true) }
    assert_equal expected.message, error.message
    assert_equal [-1, "IPCQ_EMPTY"], [error.code, error.code_name]
  end

  def test_push_without_waiting_raises_as_sized_queue_does
    expected = assert_raises(ThreadError) { Thread::SizedQueue.new(1).push(1).push(2, true) }
    queue = new_queue(max: 1).push(1)
    assert_predicate queue, :full?
    error = assert_same_error(ThreadError, IPCQ::Full) { queue.push(2, true) }
    assert_match(/\A#{expected.message}: .*max 1/, error.message)
    assert_equal 1, queue.size
  end

  def test_timeout_answers_nil
    queue = new_queue(max: 1)
    assert_nil queue.pop(timeout: 0)
    assert_nil queue.pop(timeout: 0.02)
    assert_same queue, queue.push(1, timeout: 0)
    assert_nil queue.push(2, timeout: 0)
    assert_nil queue.push(2, timeout: 0.02)
    assert_equal 1, queue.size
  end

  def test_a_wait_lasts_as_long_as_its_timeout
    start = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    new_queue.pop(timeout: 0.1)
    assert_operator Process.clock_gettime(Process::CLOCK_MONOTONIC) - start, :>=, 0.1
  end

  def test_timeout_and_non_block_exclude_each_other
    queue = new_queue
    assert_raises(ArgumentError) { queue.pop(true, timeout: 1) }
    assert_raises(ArgumentError) { queue.push(1, true, timeout: 1) }
    assert_raises(TypeError) { queue.pop(timeout: "soon") }
    assert_empty queue
  end

  def test_max
    assert_equal 3, new_queue(max: 3).max
    assert_nil new_queue.max
    assert_raises(ArgumentError) { IPCQ::Queue.new(max: 0) }
  end

  def test_clear
    queue = new_queue
    3.times { |number| queue << number }
    put_pickle(queue)
    assert_same queue, queue.clear
    assert_empty queue
  end

  def test_an_item_says_how_often_it_was_delivered
    queue = new_queue << "text"
    assert_equal IPCQ::Item.new("text", 0, 0), queue.pop_item
  end

  def test_a_plain_queue_has_no_task_done
    refute_respond_to new_queue, :task_done
  end

  def test_an_item_that_never_fits_is_refused
    queue = new_queue(capacity_bytes: 1 << 20)
    assert_same_error(ArgumentError, IPCQ::TooBig) { queue.push("x".b * (2 << 20)) }
    assert_empty queue
  end

  def test_a_type_that_ruby_cannot_read_stays_in_the_queue
    queue = new_queue
    put_pickle(queue)
    error = assert_raises(IPCQ::WrongType) { queue.pop }
    assert_equal [2, "IPCQ_WRONGTYPE"], [error.type, error.code_name]
    assert_match(/Python pickle.*type 2/, error.message)
    assert_raises(IPCQ::WrongType) { queue.pop(true) }
    assert_equal 1, queue.size
  end

  def test_bytes_that_are_not_messagepack_are_handed_over_with_the_error
    queue = new_queue
    ["\xc1", "\x01\x02", "\x91", ""].map(&:b).each do |bytes|
      native(queue).put(bytes, 1, nil)
      error = assert_raises(IPCQ::Undecodable) { queue.pop }
      assert_equal bytes, error.item.value
    end
    queue << "after"
    assert_equal "after", queue.pop
  end

  private

  def native(queue)
    queue.instance_variable_get(:@native)
  end

  def put_pickle(queue)
    native(queue).put("\x80\x04N.".b, 2, nil)
  end
end
