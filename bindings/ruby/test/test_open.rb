# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

require_relative "test_helper"

# Opening, closing, and names.
class TestOpen < IPCQTest
  def test_a_name_is_one_queue
    name = new_name
    one = IPCQ::Queue.new(name)
    other = IPCQ::Queue.new(name)
    one << "hello"
    assert_equal "hello", other.pop
    assert_equal [name, name], [one.name, other.name]
  end

  def test_without_a_name_it_has_a_random_one
    refute_equal IPCQ::Queue.new.name, IPCQ::Queue.new.name
  end

  def test_open_only_and_create_only
    name = new_name
    error = assert_raises(IPCQ::NotFound) { IPCQ::Queue.new(name, open_only: true) }
    assert_equal "IPCQ_NOTFOUND", error.code_name
    IPCQ::Queue.new(name, create_only: true)
    assert_raises(IPCQ::Exists) { IPCQ::Queue.new(name, create_only: true) }
    IPCQ::Queue.new(name, open_only: true)
  end

  def test_other_options_than_the_queue_has
    queue = new_queue(max: 3)
    assert_raises(IPCQ::Mismatch) { IPCQ::Queue.new(queue.name, max: 4) }
    assert_raises(IPCQ::Mismatch) { IPCQ::JoinableQueue.new(queue.name) }
    assert_equal 3, IPCQ::Queue.new(queue.name).max
  end

  def test_bad_names
    ["", ".hidden", "a/b", "x" * 201, "grüße"].each do |name|
      assert_same_error(ArgumentError, IPCQ::BadName) { IPCQ::Queue.new(name) }
    end
    assert_raises(ArgumentError) { IPCQ::Queue.new("a\0b") }
    error = assert_raises(IPCQ::BadName) { IPCQ::Queue.new("amqp://host/queue") }
    assert_equal "IPCQ_SCHEME", error.code_name
  end

  def test_open_as_it_is
    plain = new_queue(max: 3) << 1
    joinable = new_joinable_queue << 1 << 2
    assert_instance_of IPCQ::Queue, IPCQ.open(plain.name)
    assert_equal [1, 3], [IPCQ.open(plain.name).pop, IPCQ.open(plain.name).max]
    opened = IPCQ.open(joinable.name, strict: true)
    assert_instance_of IPCQ::JoinableQueue, opened
    2.times { opened.pop }
    assert_raises(IPCQ::Ambiguous) { opened.task_done }
    assert_raises(IPCQ::NotFound) { IPCQ.open(new_name) }
  end

  def test_open_with_a_block_closes
    queue = new_queue << 7
    seen = nil
    assert_equal(7, IPCQ.open(queue.name) { |opened| (seen = opened).pop })
    assert_predicate seen, :closed?
    assert_raises(ZeroDivisionError) { IPCQ.open(queue.name) { |opened| (seen = opened) && raise(ZeroDivisionError) } }
    assert_predicate seen, :closed?
    refute_predicate queue, :closed?
  end

  def test_no_copies
    [new_queue, new_joinable_queue].each do |queue|
      [-> { queue.dup }, -> { queue.clone }, -> { Marshal.dump(queue) }].each { |copy| assert_raises(TypeError, &copy) }
      assert_equal 1, (queue << 1).pop
    end
  end

  def test_a_queue_of_another_user
    skip "only root can become another user" unless Process.uid.zero?
    name = new_name
    assert_child_succeeds(start_child { as_user(65_534) { IPCQ::Queue.new(name, mode: 0o666) << 1 } })
    child = start_child do
      as_user(12_345) do
        error = assert_raises(IPCQ::Denied) { IPCQ::Queue.new(name) }
        assert_match(/belongs to another user.*any_owner: true if you trust/, error.message)
        assert_raises(IPCQ::Denied) { IPCQ.open(name) }
        assert_equal 1, IPCQ::Queue.new(name, any_owner: true).push(2).pop
        assert_equal 2, IPCQ.open(name, any_owner: true).pop
      end
    end
    assert_child_succeeds child
  end

  def test_an_object_that_is_no_queue
    name = new_name
    File.binwrite("/dev/shm/ipcq.#{name}", "no queue" * 10_000, perm: 0o600)
    error = assert_raises(IPCQ::Failure) { IPCQ::Queue.new(name) }
    assert_equal "IPCQ_FOREIGN", error.code_name
  ensure
    File.unlink("/dev/shm/ipcq.#{name}")
  end

  def test_mode
    queue = new_queue(mode: 0o660)
    assert_equal 0o660, File.stat("/dev/shm/ipcq.#{queue.name}").mode & 0o777
  end

  def test_a_mode_that_lets_somebody_only_read_is_refused
    [0o640, 0o644, 0o4600, 0o400].each do |mode|
      error = assert_raises(IPCQ::BadOption) { IPCQ::Queue.new(new_name, mode: mode) }
      assert_includes error.message, format("%04o", mode)
    end
  end

  def test_unlink_removes_the_name_alone
    queue = new_queue << 1
    queue.unlink
    assert_equal 1, queue.pop
    assert_raises(IPCQ::NotFound) { IPCQ.unlink(queue.name) }
  end

  def test_a_closed_handle_says_so
    queue = new_joinable_queue << 1
    assert_same queue, queue.close
    assert_predicate queue, :closed?
    [[:push, 1], [:pop], [:pop, true], [:size], [:empty?], [:full?], [:max], [:num_waiting], [:clear], [:task_done],
     [:nack], [:join], [:shutdown], [:shutdown?], [:stat], [:participants]].each do |call|
      assert_raises(IPCQ::ClosedHandle, call.to_s) { queue.public_send(*call) }
    end
    assert_equal "#<IPCQ::JoinableQueue #{queue.name} (closed)>", queue.inspect
  end

  def test_closing_twice_is_no_mistake
    queue = new_queue
    assert_same queue.close, queue.close
  end

  def test_closing_ends_this_handle_and_nothing_else
    queue = new_queue
    other = IPCQ::Queue.new(queue.name) << 1
    queue.close
    refute_predicate other, :shutdown?
    assert_equal 1, other.pop
    assert_equal 2, (other << 2).pop
  end

  def test_closing_wakes_the_threads_that_wait_in_it
    queue = new_queue
    getter = Thread.new { queue.pop }
    getter.report_on_exception = false
    await_getter(queue)
    queue.close
    assert_raises(IPCQ::ClosedHandle) { getter.value }
  end

  def test_forgotten_handles_are_closed
    queue = new_queue
    20.times { IPCQ::Queue.new(queue.name) }
    await do
      GC.start
      queue.participants.size < 20
    end
    assert_equal 1, (queue << 1).pop
  end

  def test_version
    assert_match(/\A\d+\.\d+\.\d+\z/, IPCQ::VERSION)
  end

  private

  def as_user(id)
    Process::Sys.setgid(id)
    Process::Sys.setuid(id)
    yield
  end
end
