# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

require "open3"

require_relative "test_helper"

# Queues between processes: by name, by fork, and when one of them ends the queue.
class TestProcesses < IPCQTest
  def test_a_child_uses_what_it_inherited
    queue = IPCQ::Queue.new
    answers = IPCQ::Queue.new
    child = start_child { answers << [queue.pop, queue.name] }
    queue << "from the parent"
    assert_equal ["from the parent", queue.name], answers.pop
    assert_child_succeeds child
  end

  def test_a_child_works_while_a_thread_of_its_parent_waits
    queue = new_queue
    getter = Thread.new { queue.pop }
    await_getter(queue)
    assert_child_succeeds(start_child { queue << "from the child" })
    assert_equal "from the child", getter.value
  end

  def test_an_object_that_died_in_a_child_leaves_the_parents_alone
    queue = new_queue
    child = start_child do
      queue << 1
      queue.close
    end
    assert_child_succeeds child
    assert_equal 1, queue.pop
    refute_predicate queue, :closed?
  end

  # A garbage collector does the same to objects that the child inherited and never used.
  def test_a_child_closes_what_it_never_used
    unused = new_queue
    queue = new_queue
    child = start_child do
      queue << 1
      unused.close
      queue << 2
    end
    assert_child_succeeds child
    assert_equal [1, 2], [queue.pop, queue.pop]
  end

  def test_an_anonymous_queue_has_no_name_until_it_is_asked_for
    program = <<~RUBY
      require "ipcq"
      names = -> { Dir["/proc/self/fd/*"].select { |fd| File.readlink(fd).start_with?("/dev/shm/") rescue false }
                                         .map { |fd| File.stat(fd).nlink } }
      queue = IPCQ::Queue.new << 1
      puts queue.inspect, names.call.inspect, "/dev/shm/ipcq." + queue.name, queue.inspect, names.call.inspect
    RUBY
    out, status = Open3.capture2(RbConfig.ruby, "-e", program)
    before, none, path, after, one = out.lines(chomp: true)
    assert_predicate status, :success?
    assert_equal ["#<IPCQ::Queue anonymous>", "[0]", "[1]"], [before, none, one]
    assert_includes after, File.basename(path).delete_prefix("ipcq.")
    refute_path_exists path # the process has ended without closing it
  end

  def test_workers_that_are_forked_after_the_rights_are_gone
    skip "skipped: only root may change the user" unless Process.euid.zero?
    program = <<~RUBY
      require "ipcq"
      queue = IPCQ::Queue.new
      Process::Sys.setgid(65534)
      Process::Sys.setuid(65534)
      fork { queue << "from a worker" }
      puts queue.pop(timeout: 60)
      begin
        queue.name
      rescue IPCQ::Denied => e
        puts e.message
      end
    RUBY
    out, = Open3.capture2(RbConfig.ruby, "-e", program)
    assert_equal "from a worker", out.lines(chomp: true).first
    assert_match(/ask for the name before/, out.lines.last)
  end

  def test_another_program_opens_it_by_name
    queue = new_queue
    program = "require 'ipcq'; queue = IPCQ::Queue.new(ARGV[0]); queue << queue.pop.reverse"
    queue << "abc"
    assert system(RbConfig.ruby, "-e", program, queue.name)
    assert_equal "cba", queue.pop
  end

  def test_shutdown_by_another_process_wakes_getters
    queue = new_queue
    getter = Thread.new { [queue.pop] }
    await_getter(queue)
    assert_child_succeeds(start_child { queue.shutdown })
    assert_equal [nil], getter.value
    assert_equal [true, :drain], [queue.shutdown?, queue.stat[:shutdown]]
  end

  def test_shutdown_by_another_process_wakes_putters
    queue = new_queue(max: 1) << 1
    putter = Thread.new { queue << 2 }
    putter.report_on_exception = false
    await_putter(queue)
    assert_child_succeeds(start_child { queue.shutdown })
    assert_raises(IPCQ::ShutDown) { putter.value }
  end

  def test_after_shutdown_what_is_left_is_taken
    queue = new_queue << 1 << nil
    refute_predicate queue, :shutdown?
    assert_same queue, queue.shutdown
    assert_same_error(ClosedQueueError, IPCQ::ShutDown) { queue << 2 }
    assert_equal [1, nil], [queue.pop_item.value, queue.pop_item.value]
    assert_nil queue.pop_item
    assert_nil queue.pop
    assert_nil queue.pop(true)
  end

  def test_immediate_shutdown_discards_what_is_left
    queue = new_queue << 1
    queue.shutdown(immediate: true)
    assert_nil queue.pop
    assert_equal :immediate, queue.stat[:shutdown]
  end

  def test_a_loop_that_pushes_ends_with_the_queue
    queue = new_queue
    queue.shutdown
    loop { queue << 1 }
    assert_empty queue
  end

  def test_a_guarded_process_outlives_a_peer_that_cuts_the_memory_short
    name = new_name # which this process, not guarded, does not open
    answers = new_queue
    orders = new_queue
    child = start_child do
      IPCQ.guard_truncation
      queue = IPCQ::Queue.new(name) << 1
      answers << "opened"
      orders.pop
      [-> { queue.pop(true) }, -> { queue << 2 }, -> { queue.size }].each { |use| assert_raises(IPCQ::Corrupt, &use) }
      queue.close
    end
    answers.pop
    File.truncate("/dev/shm/ipcq.#{name}", 0)
    orders << "use it"
    assert_child_succeeds child
  end

  def test_num_waiting_counts_the_living
    queue = new_queue
    children = Array.new(3) { start_child { queue.pop } }
    await { queue.num_waiting == 3 }
    children.first(2).each { |child| kill(child) }
    assert_equal 1, queue.num_waiting
    queue << 1
    assert_child_succeeds children.last
    assert_equal 0, queue.num_waiting
  end

  def test_who_has_it_open
    queue = new_queue
    assert_equal([[Process.pid, true, true]], queue.participants.map { |one| one.values_at(:pid, :self, :alive) })
    child = start_child do
      queue << 1
      sleep
    end
    queue.pop
    assert_equal [Process.pid, child].sort, queue.participants.map { |one| one[:pid] }.sort
  end
end
