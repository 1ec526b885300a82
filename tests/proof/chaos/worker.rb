# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0
#
# usage: worker.rb QUEUE LEDGER SLOT SEED

require "ipcq"
require_relative "ledger"

# A worker in Ruby: puts or takes until it is told to stop - or killed, at any moment. worker.c tells it in full.
class Worker
  LARGE_BYTES = 16_384
  HELD_MAX = 4
  TIMEOUTS = [0, 0.002, 0.05].freeze

  def initialize(queue_name, ledger_path, slot, seed)
    @queue_name = queue_name
    @ledger_path = ledger_path
    @slot = slot
    @dice = Random.new(seed)
    @ledger = Ledger.new(ledger_path)
    @queue = open_either
    @joinable = @queue.is_a?(IPCQ::JoinableQueue)
    start_anew
  end

  def work
    @slot.even? ? produce : consume
    @queue.close
  end

  private

  def open_either
    IPCQ::JoinableQueue.new(@queue_name, open_only: true)
  rescue IPCQ::Mismatch
    IPCQ::Queue.new(@queue_name, open_only: true)
  end

  def start_anew
    @held = []      # tickets and ids of unfinished items
    @last_seen = {} # by producer: the number of its last item that came here for the first time
    trap("USR1") { close_descriptors }
  end

  def violation(what, id)
    @ledger.add(@slot, Ledger::VIOLATIONS)
    $stdout.write("violation: #{what}: item #{id} (ruby)\n")
    $stdout.flush
    exit!(1)
  end

  # Ruby's own descriptors, which it says it needs, excepted.
  def close_descriptors
    Dir.children("/proc/self/fd").map(&:to_i).select { |number| number > 2 }.each do |number|
      IO.for_fd(number).close
    rescue ArgumentError, SystemCallError
      next
    end
    8.times { IO.sysopen("#{@ledger_path}.foreign", "r+") } # so that the numbers mean something else now
    @ledger.add(@slot, Ledger::CLOSEFROMS)
  end

  def inside(call)
    @ledger.set_word(@slot, Ledger::INSIDE, call)
    yield
  ensure
    @ledger.set_word(@slot, Ledger::INSIDE, 0)
  end

  def timeout
    TIMEOUTS.sample(random: @dice)
  end

  def obey
    request = @ledger.word(@slot, Ledger::REQUEST)
    return if request.zero?

    @ledger.set_word(@slot, Ledger::REQUEST, 0)
    request == Ledger::FORK ? fork_worker : execute_anew
  end

  def execute_anew
    @ledger.add(@slot, Ledger::EXECS)
    trap("USR1", "IGNORE")
    exec("ruby", "-W0", __FILE__, @queue_name, @ledger_path, @slot.to_s, @dice.rand(2**32).to_s)
  end

  # Twice, so that the child becomes the driver's.
  def fork_worker
    child_slot = @slot + Ledger::ROOTS
    @ledger.set_word(child_slot, Ledger::PID, Ledger::FORKING)
    if (between = fork)
      Process.wait(between)
      return
    end
    exit!(0) if fork
    @slot = child_slot
    @dice = Random.new(@dice.rand(2**32))
    start_anew
    @queue.size # becomes a participant: the one moment when it needs its descriptors
    @ledger.set_word(child_slot, Ledger::PID, Process.pid)
  end

  # ------------------------------------------------------------------------------------------- putting

  def produce
    until @ledger.stop?
      obey
      number = @ledger.word(@slot, Ledger::NEXT)
      next sleep(0.01) if number == Ledger::IDS

      @ledger.set_word(@slot, Ledger::NEXT, number + 1)
      put((@slot * Ledger::IDS) + number)
      inside(Ledger::JOIN) { @queue.join(timeout: 0.001) } if @joinable && @dice.rand(64).zero?
    end
  end

  def put(id)
    @ledger.mark(:started, id)
    payload = payload_of(id)
    until @ledger.stop?
      next unless inside(Ledger::PUT) { @queue.push(payload, timeout: timeout) }

      return @ledger.mark(:put, id)
    end
  end

  def payload_of(id)
    mixed = ((id + 1) * 0x9e3779b97f4a7c15) & 0xffffffffffffffff
    tail = (mixed >> 20) % ((mixed >> 58).zero? ? LARGE_BYTES : 64)
    [id].pack("Q<") << ([(mixed >> 48) & 255].pack("C") * tail)
  end

  # ------------------------------------------------------------------------------------------- taking

  def consume
    loop do
      obey unless @ledger.stop?
      item = inside(Ledger::GET) { @queue.pop_item(timeout: timeout) }
      if item
        look_at(item)
        settle_down_to(@dice.rand(HELD_MAX))
      else
        settle_down_to(0)
        return if @ledger.stop? && @queue.shutdown? && @queue.empty?
      end
    end
  end

  def look_at(item)
    id = item.value.unpack1("Q<") || -1
    violation("payload: is torn", id) unless id.between?(0, Ledger::ITEMS - 1) && item.value == payload_of(id)
    violation("conservation: came and was never put", id) unless @ledger.mark?(:started, id)
    violation("finished once: came again after it was finished", id) if @ledger.mark?(:finished, id)
    if @ledger.mark?(:delivered, id) && (!@joinable || item.deliveries.zero?)
      violation("deliveries: came again as if for the first time", id)
    end
    @ledger.mark(:delivered, id)
    look_at_order(id) if item.deliveries.zero?
    @joinable ? @held << [item.ticket, id] : @ledger.add(@slot, Ledger::DONE)
  end

  def look_at_order(id)
    producer, number = id.divmod(Ledger::IDS)
    violation("order: came after a later one of its producer", id) if number <= @last_seen.fetch(producer, -1)
    @last_seen[producer] = number
  end

  def settle_down_to(count)
    while @held.size > count
      ticket, id = @held.delete_at(@dice.rand(@held.size))
      @dice.rand(32).zero? ? give_back(ticket) : finish(ticket, id)
    end
  end

  def give_back(ticket)
    inside(Ledger::NACK) { @queue.nack(ticket) }
  rescue IPCQ::Busy # a stopped process holds the getters' end
    sleep(0.0002)
    retry
  end

  def finish(ticket, id)
    @ledger.mark(:finishing, id)
    inside(Ledger::DONE_CALL) { @queue.task_done(ticket) }
    violation("finished once: finished twice", id) if @ledger.mark?(:finished, id)
    @ledger.mark(:finished, id)
    @ledger.add(@slot, Ledger::DONE)
  end
end

queue_name, ledger_path, slot, seed = ARGV
Worker.new(queue_name, ledger_path, slot.to_i, seed.to_i).work
