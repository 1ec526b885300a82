# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

module IPCQ
  # A queue whose items are finished: by the end of a block of take or each_delivery, or by task_done. What a process
  # took and had not finished when it died goes back to its old place in the queue, and join waits for its next taker.
  class JoinableQueue < Queue
    WARNED = [] # rubocop:disable Style/MutableConstant -- true when this process has warned
    private_constant :WARNED

    # As Queue.new. With `strict: true`, task_done and nack without a ticket raise Ambiguous where they otherwise warn.
    def initialize(name = nil, strict: false, **options)
      super(name, **options)
      @strict = strict
    end

    # Takes the first item, yields it as a Delivery and returns what the block returns. The end of the block finishes
    # the item, also by next, break or return. An exception, a throw or Thread#kill gives the item back. Without a
    # block, returns the Delivery. Returns nil as pop does: after `timeout` seconds, or after shutdown.
    def take(timeout: nil, &block)
      received = delivery = nil
      received = @native.get(READABLE, timeout) # from here on, an exception gives the item back
      delivery = Delivery.new(self, decode(*received))
      return (kept = delivery) unless block

      delivery.settle(&block)
    rescue ShutDown, TimedOut, Empty, Busy
      raise if received # of the block
    rescue Undecodable
      kept = true # by the exception
      raise
    ensure
      give_back_interrupted(received, delivery) if received && !kept
    end

    # Yields each item as a Delivery, as take does, until the queue is shut down and drained. Without a block, returns
    # an Enumerator.
    def each_delivery
      return enum_for(:each_delivery) unless block_given?

      taken = true
      while taken
        taken = false
        take do |delivery|
          taken = true
          yield delivery
        end
      end
      self
    end

    # Finishes the item of this ticket. Without a ticket, finishes the only item that the calling thread has not
    # finished. If it holds several, or only other threads hold any, finishes the oldest, which may be the wrong one,
    # and warns once in a process. Raises NotTaken if there is no such item, Inherited if the parent process took it.
    def task_done(ticket = nil)
      ticket ? @native.task_done(ticket) : finish_own(:task_done)
      self
    rescue NotTaken => e
      raise Holders.name_in(e, self), cause: nil
    end

    # Gives the item back instead, to its old place, with its delivery count raised.
    def nack(ticket = nil)
      ticket ? @native.nack(ticket) : finish_own(:nack)
      self
    rescue NotTaken => e
      raise Holders.name_in(e, self), cause: nil
    end

    # Waits until every item that was put is finished; returns nil if `timeout` seconds were not enough, else self.
    def join(timeout: nil)
      @native.join(timeout)
      self
    rescue TimedOut
      nil
    end

    private

    def kind
      Native::JOINABLE
    end

    def attach(native, name, strict: false)
      super
      @strict = strict
    end

    def discard(received)
      _bytes, _type, ticket, = received
      task_done(ticket)
    end

    def finish(place, done)
      done ? place.release : place.nack
    end

    # An interrupt between the get and the block.
    def give_back_interrupted(received, delivery)
      delivery ||= Delivery.new(self, Item.new(nil, *received.last(2)))
      delivery.give_back unless delivery.ended?
    end

    def finish_own(call)
      if @strict
        @native.public_send(call, Native::ONLY_OF_THREAD)
      elsif !(call == :nack ? @native.nack_only : @native.task_done_only)
        warn_ambiguous(call)
        @native.public_send(call, Native::OLDEST_OF_THREAD)
      end
    end

    def warn_ambiguous(call)
      return unless WARNED.empty?

      WARNED.push(true)
      warn("#{call} without a ticket, and this thread does not hold exactly one unfinished item: the oldest one is " \
           "meant, which may be the wrong one. Use take or each_delivery, or #{call}(item.ticket). Further cases in " \
           "this process are not reported.", uplevel: 3)
    end
  end
end
