# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

require_relative "test_helper"

# Exceptions rain on a thread that works with a queue. With :on_blocking they come only while it waits, where nothing
# has been put or taken, so nothing may be lost or doubled.
class TestStorm < IPCQTest
  ITEMS = 600

  def test_a_getter_in_a_storm_loses_nothing
    queue = new_queue
    child = start_child do
      ITEMS.times { |number| pause_after(queue << number) }
      queue.shutdown
    end
    taken = []
    storms = in_storm { take_all(queue) { |number| taken << number } }
    assert_child_succeeds child
    assert_equal (0...ITEMS).to_a, taken
    assert_operator storms, :>, 10
  end

  def test_a_putter_in_a_storm_puts_each_once
    queue = new_queue(max: 1)
    taken = new_queue
    child = start_child { take_all(queue) { |number| pause_after(taken << number) } }
    number = 0
    storms = in_storm { number += 1 while number < ITEMS && (queue << number) }
    queue.shutdown
    assert_child_succeeds child
    assert_equal((0...ITEMS).to_a, Array.new(taken.size) { taken.pop })
    assert_operator storms, :>, 10
  end

  private

  # The other side is sometimes there first and sometimes not.
  def pause_after(_work)
    sleep(rand * 0.002)
  end

  def take_all(queue)
    while (number = queue.pop)
      yield number
    end
  end

  # Runs the block in a thread, again after each exception, until it ends; returns how many there were.
  def in_storm(&block)
    storms = 0
    ready = Thread::Queue.new
    worker = Thread.new do
      Thread.handle_interrupt(Storm => :on_blocking) do
        ready << true
        begin
          block.call
        rescue Storm
          storms += 1
          retry
        end
      end
    end
    ready.pop
    rain_on(worker)
    storms
  end

  # The last drop may fall when the block has ended: the thread then dies of it.
  def rain_on(worker)
    worker.report_on_exception = false
    while worker.alive?
      worker.raise(Storm)
      sleep(rand * 0.003)
    end
    worker.join
  rescue Storm
    nil
  end
end
