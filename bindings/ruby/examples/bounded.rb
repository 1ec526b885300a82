#!/usr/bin/env ruby
# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0
#
# A queue has room for three items. A text, a list and a map fill it, and three gets empty it.
#
#   bounded.rb             all roles
#   bounded.rb put NAME    one role, in a queue that programs in other languages can open
#   bounded.rb get NAME

require "ipcq"

VALUES = ["hello", [1, 2, 3, 4], { "name" => "alex", "age" => 15 }].freeze

def put(queue)
  VALUES.each { |value| queue.push(value) }
  puts "full: #{queue.full?}"
end

def get(queue)
  values = Array.new(3) { queue.pop }
  values.each { |value| p value }
  puts "empty: #{queue.empty?}"
  values
end

def refuses_a_fourth?(queue)
  queue.push("one too many", true)
  false
rescue ThreadError => e # IPCQ::Full is one
  puts "a fourth: #{e.message}"
  true
end

def story
  queue = IPCQ::Queue.new(max: 3)
  put(queue)
  return false unless queue.full? && refuses_a_fourth?(queue)

  Process.wait(fork { exit get(queue) == VALUES })
  Process.last_status.success? && queue.empty?
end

role, name = ARGV
case role
when nil then exit story
when "put" then put(IPCQ::Queue.new(name, max: 3))
when "get" then get(IPCQ::Queue.new(name, max: 3))
else abort "usage: bounded.rb [put|get NAME]"
end
