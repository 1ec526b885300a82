# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

require_relative "test_helper"

# reserve and borrow: items that are written and read where they lie.
class TestInPlace < IPCQTest
  def test_written_and_committed
    queue = new_queue
    queue.reserve(100_000) do |place|
      assert_equal 100_000, place.size
      place.write("x" * 99_999).write("!", 99_999)
      assert_empty queue
      assert_same place, place.commit
    end
    assert_equal "#{'x' * 99_999}!".b, queue.pop(timeout: 0)
  end

  def test_a_smaller_size_and_another_type
    queue = new_queue
    queue.reserve(100) { |place| place.write("\x92\x01\x02".b).commit(3, type: IPCQ::TYPE_MESSAGEPACK) }
    queue.reserve(0, &:commit)
    assert_equal [[1, 2], ""], [queue.pop, queue.pop]
  end

  def test_left_without_commit_nothing_was_put
    queue = new_queue(capacity_bytes: 1 << 20)
    50.times do
      assert_equal 7, queue.reserve(1 << 19, timeout: 0) { 7 }
      assert_raises(ZeroDivisionError) { queue.reserve(1 << 19, timeout: 0) { raise ZeroDivisionError } }
    end
    assert_empty queue
  end

  def test_after_its_end_it_cannot_be_touched
    queue = new_queue
    kept = queue.reserve(10) { |place| place.tap(&:commit) }
    [-> { kept.write("a") }, -> { kept.read }, -> { kept.commit }, -> { kept.abandon }].each do |use|
      error = assert_same_error(ThreadError, IPCQ::NotReserved, &use)
      assert_equal "IPCQ_NOTRESERVED", error.code_name
    end
    kept = queue.borrow(&:itself)
    [-> { kept.read }, -> { kept.release }].each { |use| assert_raises(IPCQ::NotTaken, &use) }
  end

  def test_only_its_own_bytes
    queue = new_queue
    queue.reserve(10) do |place|
      [-> { place.write("ab", 9) }, -> { place.write("", 11) }, -> { place.read(5, 6) },
       -> { place.read(1, (1 << 63) - 1) }].each { |use| assert_raises(IndexError, NoMemoryError, ArgumentError, &use) }
      assert_raises(IPCQ::TooBig) { place.commit(11) }
      place.write("0123456789").commit
    end
    queue.borrow do |place|
      assert_equal ["0123456789", "56789", "34", ""], [place.read, place.read(5), place[3, 2], place.slice(10)]
      assert_raises(IndexError) { place.read(11) }
    end
  end

  def test_no_room_leaves_it_reserved
    queue = new_queue(max: 1) << 1
    queue.reserve(4) do |place|
      place.write("abcd")
      assert_nil place.commit(timeout: 0)
      assert_nil place.commit(timeout: 0.01)
      committer = Thread.new { place.commit }
      await_putter(queue)
      assert_equal 1, queue.pop
      committer.join
    end
    assert_equal "abcd", queue.pop(timeout: 0)
  end

  def test_borrowed_items_are_read_and_finished
    [new_queue, new_joinable_queue].each do |queue|
      queue << "0123".b
      read = queue.borrow do |place|
        assert_equal [IPCQ::TYPE_BYTES, 0, 1], [place.type, place.deliveries, queue.stat[:taken]]
        place.read
      end
      assert_equal ["0123", Encoding::BINARY, 0, 0], [read, read.encoding, queue.stat[:taken], queue.size]
    end
  end

  def test_bytes_of_any_type
    queue = new_queue
    queue.instance_variable_get(:@native).put("\x80\x04N.".b, IPCQ::TYPE_PICKLE, nil)
    assert_equal(["\x80\x04N.".b, IPCQ::TYPE_PICKLE], queue.borrow { |place| [place.read, place.type] })
  end

  def test_in_vain
    queue = new_queue
    assert_nil(queue.borrow(timeout: 0) { flunk })
    assert_nil(queue.borrow(timeout: 0.01) { flunk })
    assert_raises(Timeout::Error) { Timeout.timeout(0.05) { queue.borrow { flunk } } }
    queue.shutdown
    assert_nil(queue.borrow { flunk })
    assert_raises(IPCQ::ShutDown) { queue.reserve(1) { flunk } }
  end

  def test_an_exception_gives_back_to_a_joinable_queue
    queue = new_joinable_queue << "work".b
    assert_raises(ZeroDivisionError) { queue.borrow { raise ZeroDivisionError } }
    queue.borrow(timeout: 0) { |place| assert_equal(["work", 1], [place.read, place.deliveries]) && place.nack }
    assert_equal(2, queue.borrow(timeout: 0, &:deliveries))
    assert_same queue, queue.join(timeout: 0)
  end

  def test_leaving_the_block_on_purpose_finishes
    queue = new_joinable_queue << "work".b << "more".b
    assert_equal("work", queue.borrow { |place| break place.read })
    catch(:up) { queue.borrow { |place| throw :up if place.live? } }
    assert_equal(1, queue.borrow(timeout: 0, &:deliveries))
    assert_same queue, queue.join(timeout: 0)
  end

  def test_an_exception_does_not_give_back_to_a_plain_queue
    queue = new_queue << "work".b
    assert_raises(ZeroDivisionError) { queue.borrow { raise ZeroDivisionError } }
    assert_equal [0, 0], queue.stat.values_at(:items, :taken)
  end

  def test_close_ends_what_was_borrowed_and_gives_it_back
    queue = new_queue << "work".b
    other = IPCQ::Queue.new(queue.name)
    queue.borrow do |place|
      queue.reserve(10) do |reserved|
        queue.close
        assert_raises(IPCQ::NotTaken) { place.read }
        assert_raises(IPCQ::NotReserved) { reserved.write("a") }
      end
    end
    assert_equal "work", other.pop(timeout: 0)
    assert_raises(IPCQ::ClosedHandle) { queue.borrow { flunk } }
    assert_raises(IPCQ::ClosedHandle) { queue.reserve(1) { flunk } }
  end

  def test_a_forked_child_does_not_have_it
    queue = new_joinable_queue << "work".b
    queue.borrow do |place|
      child = start_child do
        assert_raises(IPCQ::NotTaken) { place.read }
        assert_raises(IPCQ::Inherited) { place.release }
      end
      assert_child_succeeds child
      assert_equal "work", place.read
    end
    assert_same queue, queue.join(timeout: 0)
  end

  def test_a_killed_child_gives_back
    queue = new_queue << "work".b
    answers = new_queue
    child = start_child { queue.borrow { |place| answers.push(place.read) && sleep } }
    assert_equal "work", answers.pop
    kill(child)
    assert_equal "work", queue.pop
  end
end
