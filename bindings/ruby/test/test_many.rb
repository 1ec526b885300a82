# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

require_relative "test_helper"
require_relative "../grid/grid_values"

# push_many and pop_many: what a batch is, where it ends, and that nothing of it is lost.
class TestMany < IPCQTest
  def test_every_kind
    queue = new_queue
    assert_equal GRID_VALUES.size, queue.push_many(GRID_VALUES)
    received = queue.pop_many
    assert received.eql?(GRID_VALUES), received.inspect
    assert_equal 0, queue.push_many([])
  end

  def test_as_many_as_there_is_room_for
    queue = new_queue(max: 3)
    assert_equal 2, queue.push_many([1, 2])
    assert_equal 1, queue.push_many([3, 4, 5])
    assert_nil queue.push_many([4, 5], timeout: 0)
    assert_nil queue.push_many([4, 5], timeout: 0.01)
    assert_equal [1, 2, 3], queue.pop_many
  end

  def test_it_waits_for_room_for_the_first
    queue = new_queue(max: 1) << 1
    putter = Thread.new { queue.push_many(["a".b * 300, "b"]) }
    await_putter(queue)
    assert_equal 1, queue.pop
    assert_equal [1, ["a".b * 300]], [putter.value, queue.pop_many]
  end

  def test_strings_that_change_while_it_waits_are_put_as_they_were
    queue = new_queue(max: 1) << 1
    changing = ("first" * 100).force_encoding(Encoding::BINARY) # not shared, as what String#b returns may be
    putter = Thread.new { queue.push_many([changing]) }
    await_putter(queue)
    changing[0] = "X"
    queue.pop
    putter.join
    assert_equal "first" * 100, queue.pop
  end

  def test_what_cannot_be_carried_keeps_the_others_out
    queue = new_queue
    assert_raises(TypeError) { queue.push_many([1, Object.new]) }
    assert_raises(TypeError) { queue.push_many(1..3) }
    assert_empty queue
  end

  def test_what_can_never_fit_ends_the_batch_before_it
    queue = new_queue(capacity_bytes: 1 << 20)
    large = "x".b * (2 << 20)
    assert_equal 1, queue.push_many([1, large, 3])
    assert_raises(IPCQ::TooBig) { queue.push_many([large, 3]) }
    assert_equal [1], queue.pop_many
  end

  def test_up_to_max
    queue = new_queue
    queue.push_many((0...200).to_a)
    assert_equal [[0], (1..130).to_a, (131...200).to_a],
                 [queue.pop_many(1), queue.pop_many(130), queue.pop_many(1 << 40)]
    assert_nil queue.pop_many(timeout: 0)
    assert_nil queue.pop_many(timeout: 0.01)
    assert_raises(ArgumentError) { queue.pop_many(0) }
  end

  def test_large_items_among_small_ones
    queue = new_queue
    values = [1, "x".b * (1 << 20), "x" * 20_000, 2, *["y".b * 9000] * 5, "z".b * (3 << 20), 3]
    queue.push_many(values)
    assert_equal values, queue.pop_many
  end

  def test_a_batch_ends_before_what_ruby_cannot_read
    queue = new_queue << 1
    queue.instance_variable_get(:@native).put("\x80\x04N.".b, 2, nil)
    queue << 2
    assert_equal [1], queue.pop_many
    assert_equal 2, assert_raises(IPCQ::WrongType) { queue.pop_many }.type
    assert_equal 2, queue.size
  end

  def test_what_is_broken_does_not_take_the_others_with_it
    queue = new_joinable_queue
    %i[pop_many pop_many_items].each do |pop|
      queue << [1]
      queue.instance_variable_get(:@native).put("\xc1".b, 1, nil)
      queue << 2
      error = assert_raises(IPCQ::Undecodable) { queue.public_send(pop) }
      values = error.batch.map { |value| value.is_a?(IPCQ::Item) ? value.value : value }
      assert_equal [[1], 2], [values[0], values[2]]
      assert_equal [error, "IPCQ_WRONGTYPE", "\xc1".b], [values[1], error.code_name, error.data]
      capture_io { 3.times { queue.task_done } } # which warns
    end
    assert_same queue, queue.join(timeout: 0)
  end

  def test_items_have_tickets
    queue = new_joinable_queue
    queue.push_many([1, 2, 3])
    items = queue.pop_many_items
    queue.nack(items[1].ticket)
    [items[0], items[2]].each { |item| queue.task_done(item.ticket) }
    assert_equal [[2, 1]], (queue.pop_many_items(9).map { |item| [item.value, item.deliveries] })
    queue.task_done
    assert_same queue, queue.join(timeout: 0)
  end

  def test_shutdown_and_close
    queue = new_queue << 1
    queue.shutdown
    assert_equal [[1], nil], [queue.pop_many, queue.pop_many]
    assert_raises(IPCQ::ShutDown) { queue.push_many([1]) }
    queue.close
    assert_raises(IPCQ::ClosedHandle) { queue.pop_many }
    assert_raises(IPCQ::ClosedHandle) { queue.push_many([1]) }
  end

  def test_an_exception_ends_a_wait_and_takes_nothing
    queue = new_queue
    assert_raises(Timeout::Error) { Timeout.timeout(0.05) { queue.pop_many } }
    queue.push_many([1, 2])
    assert_equal [1, 2], queue.pop_many(timeout: 0)
  end

  def test_a_stream_between_processes
    queue = new_queue(max: 100)
    child = start_child do
      rest = (0...20_000).to_a
      rest = rest.drop(queue.push_many(rest.first(333))) until rest.empty?
    end
    received = []
    received.concat(queue.pop_many(77)) while received.size < 20_000
    assert_equal (0...20_000).to_a, received
    assert_child_succeeds child
  end
end
