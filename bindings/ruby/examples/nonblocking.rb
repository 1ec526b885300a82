#!/usr/bin/env ruby
# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0
#
# A getter that does not wait gets the answer that the queue is empty.
#
#   nonblocking.rb             all roles
#   nonblocking.rb put NAME    one role, in a queue that programs in other languages can open
#   nonblocking.rb get NAME    takes what is there, at most ten

require "ipcq"

def put(queue)
  10.times do |number|
    queue.push(number, true)
    puts "I put: #{number}"
  end
end

def get(queue)
  numbers = []
  while numbers.size < 10
    numbers << queue.pop(true)
    puts "I got: #{numbers.last}"
  end
  numbers
rescue ThreadError => e # IPCQ::Empty is one
  puts "No more now: #{e.message}"
  numbers
end

def story
  queue = IPCQ::Queue.new
  return false unless get(queue) == []

  Process.wait(fork { put(queue) })
  Process.wait(fork { exit get(queue) == (0...10).to_a })
  Process.last_status.success? && queue.empty?
end

role, name = ARGV
case role
when nil then exit story
when "put" then put(IPCQ::Queue.new(name))
when "get" then get(IPCQ::Queue.new(name))
else abort "usage: nonblocking.rb [put|get NAME]"
end
