#!/usr/bin/env ruby
# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0
#
# Three producers put two buns each, and wait in join until every bun is finished. The consumers would wait for ever, so
# the main process ends them.
#
#   joinable.rb                     all roles
#   joinable.rb produce NAME WHO    one role, in a queue that programs in other languages can open
#   joinable.rb consume NAME WHO

require "ipcq"

def produce(queue, who)
  2.times do |number|
    queue.push("#{who}'s bun #{number}")
    puts "#{who} made bun #{number}"
  end
  queue.join
  puts "#{who}: all eaten"
end

def consume(queue, who)
  queue.each_delivery do |bun| # the end of the block finishes it; if this process dies, another consumer gets it
    puts "#{who} ate #{bun.value}"
  end
end

def story
  queue = IPCQ::JoinableQueue.new
  consumers = ["consumer 1", "consumer 2"].map { |who| fork { consume(queue, who) } }
  producers = ["producer 1", "producer 2", "producer 3"].map { |who| fork { produce(queue, who) } }
  producers_well = producers.all? { |pid| Process.wait2(pid).last.success? }
  Process.kill(:KILL, *consumers)
  Process.waitall
  producers_well && queue.stat.values_at(:puts, :dones, :items, :taken) == [6, 6, 0, 0]
end

role, name, who = ARGV
case role
when nil then exit story
when "produce" then produce(IPCQ::JoinableQueue.new(name), who)
when "consume" then consume(IPCQ::JoinableQueue.new(name), who)
else abort "usage: joinable.rb [produce|consume NAME WHO]"
end
