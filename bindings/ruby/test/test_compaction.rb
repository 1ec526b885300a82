# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

require_relative "test_helper"

# The garbage collector moves objects, and frees those that nobody keeps: during a wait and inside each call. The tests
# start each compaction, because Ruby 3.1 crashes under GC.auto_compact by itself, in programs without this library.
class TestCompaction < IPCQTest
  BYTES = ("z" * 10).b.freeze
  LONG = ("long" * 100).b.freeze
  # Short and long, bytes and text, encoded by the native module and by the msgpack library.
  VALUES = [BYTES, "text", LONG, "t" * 300, "ü", [1, "x"], { "k" => [BYTES.dup, nil] }, 1.5, nil,
            2**63].freeze

  def test_push
    VALUES.each do |value|
      queue = new_queue(max: 1) << 0
      during_wait(queue, :putters_waiting, -> { queue.push(fresh(value)) }) { assert_equal 0, queue.pop }
      assert_equal [value], [queue.pop(true)]
    end
  end

  # Another thread changes the String while push waits.
  def test_a_string_that_changes_during_push
    [BYTES, LONG, ("long text " * 30)].each do |before|
      text = before.dup
      queue = new_queue(max: 1) << 0
      during_wait(queue, :putters_waiting, -> { queue.push(text) }) do
        text.replace("x" * 9).clear
        move_all
        assert_equal 0, queue.pop
      end
      assert_equal before, queue.pop(true)
    end
  end

  def test_push_many
    queue = new_queue(max: 1) << 0
    during_wait(queue, :putters_waiting, -> { push_all(queue, Array.new(20) { fresh(VALUES) }.flatten(1)) }) do
      assert_equal 0, queue.pop
      20.times { assert_equal(VALUES, VALUES.map { queue.pop }) }
    end
  end

  def test_pop
    queue = new_queue
    { pop: BYTES, pop_item: BYTES, pop_many: [BYTES], pop_many_items: [BYTES], borrow: BYTES }.each do |call, expected|
      getter = -> { call == :borrow ? queue.borrow(&:read) : queue.public_send(call) }
      value = during_wait(queue, :getters_waiting, getter) { queue << BYTES.dup }
      value = value.map(&:value) if call == :pop_many_items
      assert_equal expected, call == :pop_item ? value.value : value
    end
  end

  def test_reserve_and_commit
    queue = new_queue(capacity_bytes: 1 << 20) << ("x" * 700_000).b
    during_wait(queue, :putters_waiting, -> { queue.push(("y" * 500_000).b) }) { queue.pop }
    assert_equal ("y" * 500_000).b, queue.pop
    queue = new_queue(max: 1) << 0
    committer = -> { queue.reserve(10) { |place| move_all && place.write(BYTES.dup).commit } }
    during_wait(queue, :putters_waiting, committer) { queue.pop }
    assert_equal BYTES, queue.pop(true)
  end

  def test_join
    queue = new_joinable_queue << BYTES.dup
    item = queue.pop_item
    joined = during_wait(queue, :joiners_waiting, -> { queue.join }) { queue.task_done(item.ticket) }
    assert_same queue, joined
  end

  def test_places
    queue = new_joinable_queue
    queue.reserve(10) do |place|
      move_all
      place.write(BYTES.dup)
      move_all
      place.commit
    end
    queue.borrow do |place|
      move_all
      assert_equal BYTES, place.read
    end
    assert_same queue, queue.join(timeout: 0)
  end

  def test_close_forgets_what_was_moved
    queue = new_queue
    queue << BYTES.dup
    queue.borrow do |place|
      move_all
      queue.close
      assert_raises(IPCQ::NotTaken) { place.read }
    end
  end

  # Packing runs Ruby code between the Strings.
  def test_inside_push_many
    values = Array.new(10) { |number| [("b" * number).b, [number], { "k" => 1 }, "t" * (250 + number)] }.flatten(1)
    queue = new_queue
    assert_equal(40, at_each_packing(method(:move_all)) { queue.push_many(values) })
    assert_equal values, queue.pop_many
  end

  def test_between_all_calls
    queue = new_joinable_queue
    10.times do
      assert_equal [VALUES, VALUES, VALUES, [BYTES], true], round(queue)
      move_all
    end
    assert_same queue, queue.join(timeout: 0)
  end

  def test_every_call_with_a_collection_at_each_allocation
    queue = new_joinable_queue
    values = under_stress { round(queue) }
    assert_equal [VALUES, VALUES, VALUES, [BYTES], true], values
    assert_same queue, queue.join(timeout: 0)
    error = under_stress { assert_raises(IPCQ::Empty) { queue.pop(true) } }
    assert_equal "queue empty", error.message
  end

  # A thread changes a String while the msgpack library is at work on the value before it.
  def test_a_string_that_becomes_short_during_push_many
    text = +"long text " * 30
    before = text.dup
    queue = new_queue
    at_each_packing(-> { text.replace("x" * 200) }) { queue.push_many([{ "a" => 1 }, *[text] * 20]) }
    values = queue.pop_many
    assert_equal({ "a" => 1 }, values.shift)
    assert_empty values - [before, "x" * 200]
  end

  private

  # Runs the call in a thread, moves its objects while it waits, and then runs the block, which ends the wait. Returns
  # what the call returned.
  def during_wait(queue, waiting, call)
    fill_memory # whose places are free for what the call makes behind it
    thread = Thread.new(&call)
    await { queue.stat[waiting] == 1 }
    move_all
    yield
    thread.value
  end

  # Calls back each time that push_many has the msgpack library pack a value.
  def at_each_packing(callback, &block)
    times = 0
    result = TracePoint.new(:call) do |event|
      next unless event.method_id == :pack

      times += 1
      callback.call
    end.enable(&block)
    assert_operator times, :>, 0
    result
  end

  def move_all
    GC.compact
    fill_memory
  end

  def fill_memory
    Array.new(30_000) { |number| "q" * (number % 20) }
  end

  def under_stress
    GC.stress = true
    yield
  ensure
    GC.stress = false
  end

  # A copy that nothing else refers to.
  def fresh(value)
    case value
    when Array then value.map { |element| fresh(element) }
    when Hash then value.transform_values { |element| fresh(element) }
    when String then value.dup
    else value
    end
  end

  def push_all(queue, rest)
    rest = rest.drop(queue.push_many(rest)) until rest.empty?
  end

  # Every call once; what came out, in the shape of what was put.
  def round(queue)
    push_all(queue, fresh(VALUES))
    many = queue.pop_many_items(VALUES.size).map { |item| end_by_ticket(queue, item) }
    VALUES.each { |value| queue << fresh(value) }
    singly = VALUES.map { queue.pop.tap { queue.task_done } }
    push_all(queue, fresh(VALUES))
    together = Array.new(2) { queue.take(&:value) }
    together.concat(queue.pop_many_items.map { |item| end_by_ticket(queue, item) })
    [many, singly, together, [in_place(queue)], given_back?(queue)]
  end

  def end_by_ticket(queue, item)
    queue.task_done(item.ticket)
    item.value
  end

  def in_place(queue)
    queue.reserve(20) { |place| place.write(BYTES.dup).commit(BYTES.size) }
    queue.borrow(&:read)
  end

  def given_back?(queue)
    queue << BYTES.dup
    queue.nack(queue.pop_item.ticket)
    item = queue.pop_item
    queue.task_done(item.ticket)
    item.deliveries == 1 && !queue.stat.empty? && !queue.participants.empty? && queue.size.zero?
  end
end
