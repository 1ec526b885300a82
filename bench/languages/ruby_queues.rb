# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0
#
# One round of Ruby's ways between processes with small ints, a line of JSON each: IPCQ::Queue, and IO.pipe with Marshal
# (binary, both ends as they come). One producer, one consumer.
#
#     ruby_queues.rb 1:1 SECONDS TURN
require "ipcq"
require "json"

FIRST_ITEMS = 4000

# IPCQ::Queue as a peer.
class OurQueue
  def initialize = @queue = IPCQ::Queue.new

  def produce(count) = count.times { |number| @queue.push(number) }

  def consume(count)
    total = 0
    count.times { total += @queue.pop }
    total
  end
end

# IO.pipe with Marshal as a peer.
class MarshalPipe
  def initialize = (@reader, @writer = IO.pipe(binmode: true))

  def produce(count) = count.times { |number| Marshal.dump(number, @writer) }

  def consume(count)
    total = 0
    count.times { total += Marshal.load(@reader) } # rubocop:disable Security/MarshalLoad
    total
  end
end

PEERS = { "ipcq" => OurQueue, "IO.pipe" => MarshalPipe }.freeze

def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

# Both processes say that they are ready and wait for the gate; the consumer tells when it had the last item.
def seconds_for(peer_class, items)
  peer = peer_class.new
  gate_reader, gate_writer = IO.pipe
  ready_reader, ready_writer = IO.pipe
  told_reader, told_writer = IO.pipe
  work = { produce: ->(_) {}, consume: ->(total) { told_writer.write("#{now} #{total}") } }
  children = work.map do |part, tell|
    fork do
      gate_writer.close
      ready_writer.write("!")
      gate_reader.read
      tell.call(peer.public_send(part, items))
      exit!(0)
    end
  end
  ready_reader.read(children.size)
  start = now
  gate_writer.close
  told_writer.close
  finished, total = told_reader.read.split.map(&:to_f)
  children.each { |child| Process.wait(child) }
  raise "the items that came are not those that were put" unless total == items * (items - 1) / 2

  finished - start
end

def measure(peer_class, seconds)
  items = [1, (FIRST_ITEMS * seconds / seconds_for(peer_class, FIRST_ITEMS)).to_i].max
  items / seconds_for(peer_class, items) / 1e6
end

cell, seconds, turn = ARGV
PEERS.to_a.rotate(turn.to_i).each do |name, peer_class|
  line = { peer: name, cell: cell }
  begin
    line.update(value: measure(peer_class, seconds.to_f), unit: "M items/s")
  rescue StandardError => e
    line[:failed] = "#{e.class}: #{e.message}"
  end
  puts JSON.generate(line)
end
