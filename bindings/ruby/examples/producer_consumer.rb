#!/usr/bin/env ruby
# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0
#
# One process puts ten numbers, another one gets them. The getter starts first and waits.
#
#   producer_consumer.rb             all roles
#   producer_consumer.rb put NAME    one role, in a queue that programs in other languages can open
#   producer_consumer.rb get NAME

require "ipcq"

def put(queue)
  10.times do |number|
    queue.push(number)
    puts "I put: #{number}"
  end
end

def get(queue)
  Array.new(10) do
    number = queue.pop
    puts "I got: #{number}"
    number
  end
end

def story
  queue = IPCQ::Queue.new
  consumer = fork { exit get(queue) == (0...10).to_a }
  producer = fork { put(queue) }
  return false unless [producer, consumer].all? { |pid| Process.wait2(pid).last.success? }

  3.times { queue.push(1) }
  puts "#{queue.inspect} holds #{queue.size} more"
  queue.size == 3
end

role, name = ARGV
case role
when nil then exit story
when "put" then put(IPCQ::Queue.new(name))
when "get" then get(IPCQ::Queue.new(name))
else abort "usage: producer_consumer.rb [put|get NAME]"
end
