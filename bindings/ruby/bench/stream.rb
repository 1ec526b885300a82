#!/usr/bin/env ruby
# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0
#
# A stream of small Integers from one process to another: IPCQ::Queue beside IO.pipe with Marshal, in turns, in one run.
#
#   stream.rb [ROUNDS [NUMBERS [BATCH]]]

require "ipcq"

def now
  Process.clock_gettime(Process::CLOCK_MONOTONIC)
end

def expect(condition)
  condition or abort "out of order"
end

# Each way to send: a block that puts the numbers, and one that takes them.
def through_pipe(numbers)
  reader, writer = IO.pipe(binmode: true)
  yield -> { numbers.times { |number| Marshal.dump(number, writer) }.tap { writer.flush } },
        -> { numbers.times { |number| expect Marshal.load(reader) == number } } # rubocop:disable Security/MarshalLoad
end

def through_queue(numbers)
  queue = IPCQ::Queue.new
  yield -> { numbers.times { |number| queue << number } },
        -> { numbers.times { |number| expect queue.pop == number } }
end

def through_batches(numbers, batch)
  queue = IPCQ::Queue.new
  put = lambda do
    (0...numbers).each_slice(batch) do |rest|
      rest = rest.drop(queue.push_many(rest)) until rest.empty?
    end
  end
  take = lambda do
    expected = 0
    queue.pop_many(batch).each { |number| expect (expected += 1) == number + 1 } while expected < numbers
  end
  yield put, take
end

# Millions of items a second.
def rate(numbers, put, take)
  ready_reader, ready_writer = IO.pipe
  done_reader, done_writer = IO.pipe
  taker = fork do
    ready_writer.write("!")
    take.call
    done_writer.puts(now)
  end
  ready_reader.read(1)
  start = now
  put.call
  done = done_reader.gets.to_f
  Process.wait(taker)
  numbers / (done - start) / 1e6
end

rounds, numbers, batch = [5, 500_000, 100].each_with_index.map { |default, index| (ARGV[index] || default).to_i }
ways = {
  "IO.pipe, Marshal" => ->(&block) { through_pipe(numbers, &block) },
  "IPCQ::Queue" => ->(&block) { through_queue(numbers, &block) },
  "IPCQ::Queue, batches of #{batch}" => ->(&block) { through_batches(numbers, batch, &block) }
}
rates = ways.transform_values { [] }
rounds.times do
  ways.each { |name, way| way.call { |put, take| rates[name] << rate(numbers, put, take) } }
end
medians = rates.transform_values { |values| values.sort[values.size / 2] }
medians.each do |name, median|
  puts format("%-30<name>s %6.2<median>f M/s  (%.2<low>f to %.2<high>f)  %5.1<ratio>fx",
              name: name, median: median, low: rates[name].min, high: rates[name].max,
              ratio: median / medians["IO.pipe, Marshal"])
end
