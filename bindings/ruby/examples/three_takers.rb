#!/usr/bin/env ruby
# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0
#
# 150,000 numbers are put first. Then three processes take 50,000 each.
#
#   three_takers.rb                     all roles
#   three_takers.rb put NAME [COUNT]    one role, in a queue that programs in other languages can open
#   three_takers.rb take NAME [COUNT]

require "ipcq"

def put(queue, count)
  count.times { |number| queue.push(number) }
  puts "put #{count} numbers"
end

def take(queue, count)
  numbers = Array.new(count) { queue.pop }
  puts "process #{Process.pid} took #{count} numbers, the first #{numbers.first}, the last #{numbers.last}"
  numbers
end

def story
  queue = IPCQ::Queue.new
  answers = IPCQ::Queue.new
  put(queue, 150_000)
  takers = Array.new(3) { fork { answers.push(take(queue, 50_000)) } }
  return false unless takers.all? { |pid| Process.wait2(pid).last.success? }

  shares = Array.new(3) { answers.pop }
  shares.all? { |share| share == share.sort } && shares.flatten.sort == (0...150_000).to_a
end

role, name, count = ARGV
case role
when nil then exit story
when "put" then put(IPCQ::Queue.new(name), Integer(count || 150_000))
when "take" then take(IPCQ::Queue.new(name), Integer(count || 50_000))
else abort "usage: three_takers.rb [put|take NAME [COUNT]]"
end
