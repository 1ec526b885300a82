# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

require "minitest/autorun"
require "timeout"
require "ipcq"

# Whatever hangs, with or without the interpreter's lock, ends by another process's hand.
module Watchdog
  SECONDS = 240

  def self.start
    parent = Process.pid
    fork do
      watch(parent)
      exit!(0)
    end
  end

  def self.watch(parent)
    SECONDS.times do
      sleep 1
      return if Process.ppid != parent
    end
    warn "the tests took longer than #{SECONDS} s: killed"
    Process.kill(:KILL, parent)
  end
end
Watchdog.start

# A test's queues have names of their own, which are removed afterwards, and its children do not outlive it.
class IPCQTest < Minitest::Test
  # Raised into threads by the tests.
  class Storm < StandardError; end

  def setup
    @names = []
    @children = []
  end

  def teardown
    @children.each do |pid|
      Process.kill(:KILL, pid)
      Process.wait(pid)
    end
    @names.each do |name|
      IPCQ.unlink(name)
    rescue IPCQ::NotFound
      nil
    end
  end

  def new_name
    @names << "ruby-test-#{Process.pid}-#{self.class.name}-#{name}-#{@names.size}"
    @names.last
  end

  def new_queue(**options)
    IPCQ::Queue.new(new_name, **options)
  end

  def new_joinable_queue(**options)
    IPCQ::JoinableQueue.new(new_name, **options)
  end

  # Runs the block in a child, which leaves without running this process's at_exit blocks.
  def start_child
    pid = fork do
      yield
      exit!(0)
    rescue Exception => e # rubocop:disable Lint/RescueException
      warn e.full_message
      exit!(1)
    end
    @children << pid
    pid
  end

  def wait_for(child)
    @children.delete(child)
    Process.wait2(child).last
  end

  def assert_child_succeeds(child)
    assert_predicate wait_for(child), :success?
  end

  def kill(child)
    Process.kill(:KILL, child)
    wait_for(child)
  end

  # The watchdog ends this if the condition never comes true.
  def await
    Thread.pass until yield
  end

  def await_getter(queue)
    await { queue.stat[:getters_waiting] == 1 }
  end

  def await_putter(queue)
    await { queue.stat[:putters_waiting] == 1 }
  end

  def assert_same_error(thread_class, ipcq_class, &block)
    error = assert_raises(ipcq_class, &block)
    assert_kind_of thread_class, error
    assert_kind_of IPCQ::Error, error
    error
  end
end
