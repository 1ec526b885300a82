#!/usr/bin/env ruby
# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0
#
# Three producers and two consumers, and two ways to tell the consumers that no more items come. One way is a sentinel,
# nil, for each consumer. The better way is a shutdown, which needs no count of consumers. pop answers nil
# to both.
#
#   sentinels.rb                        all roles
#   sentinels.rb produce NAME WHO       one role, in a queue that programs in other languages can open
#   sentinels.rb consume NAME WHO
#   sentinels.rb end NAME CONSUMERS     puts the sentinels
#   sentinels.rb shutdown NAME

require "ipcq"

def produce(queue, who)
  10.times do |number|
    queue.push("#{who}'s bun #{number}")
    puts "#{who} made bun #{number}"
  end
end

def consume(queue, who)
  eaten = 0
  while (bun = queue.pop)
    puts "#{who} ate #{bun}"
    eaten += 1
  end
  eaten
end

def end_by_sentinels(queue, consumers)
  consumers.times { queue.push(nil) }
end

def story(queue)
  answers = IPCQ::Queue.new
  consumers = %w[小明 小红].map { |who| fork { answers.push(consume(queue, who)) } }
  producers = %w[alex peiqi egon].map { |who| fork { produce(queue, who) } }
  producers_well = producers.all? { |pid| Process.wait2(pid).last.success? }
  yield queue
  consumers_well = consumers.all? { |pid| Process.wait2(pid).last.success? }
  producers_well && consumers_well && answers.pop + answers.pop == 30
end

def both_stories
  puts "-- the end by sentinels"
  by_sentinels = story(IPCQ::Queue.new) { |queue| end_by_sentinels(queue, 2) }
  puts "-- the end by shutdown"
  by_shutdown = story(IPCQ::Queue.new, &:shutdown)
  by_sentinels && by_shutdown
end

role, name, who = ARGV
case role
when nil then exit both_stories
when "produce" then produce(IPCQ::Queue.new(name), who)
when "consume" then consume(IPCQ::Queue.new(name), who)
when "end" then end_by_sentinels(IPCQ::Queue.new(name), Integer(who))
when "shutdown" then IPCQ::Queue.new(name).shutdown
else abort "usage: sentinels.rb [produce|consume NAME WHO | end NAME CONSUMERS | shutdown NAME]"
end
