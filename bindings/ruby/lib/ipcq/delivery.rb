# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

module IPCQ
  # One item that JoinableQueue#take or #each_delivery has taken. Any thread may end it. A forked child may not: there
  # done and nack raise Inherited.
  class Delivery
    def initialize(queue, item) # :nodoc:
      @queue = queue
      @value, @ticket, @deliveries = *item
      @ended = false
    end

    # What was put.
    attr_reader :value

    # The item's number, for task_done and nack of the queue.
    attr_reader :ticket

    # How often the item was taken before, and not finished.
    attr_reader :deliveries

    # Finishes the item: no getter receives it again. Does not block. Raises NotTaken if the item has ended already.
    def done
      finish(:task_done)
    end

    # Gives the item back, to its old place. Raises NotTaken if the item has ended already. May block for about 20 ms
    # beside a stopped process, and then raises Busy; the item stays taken.
    def nack
      finish(:nack)
    end

    # Whether done or nack was called. An item that task_done(ticket) finished does not count.
    def ended?
      @ended
    end

    def inspect
      "#<#{self.class} #{@value.inspect}#{' (ended)' if @ended}>"
    end

    # Yields the delivery and then ends it, unless the block did. An exception of the block wins over one of nack.
    def settle # :nodoc:
      on_purpose = []
      Native.note_ending(on_purpose) { yield self }
    ensure
      on_purpose&.first ? finish_quietly : give_back
    end

    # Gives the item back while an exception is on its way, and lets no other interrupt it.
    def give_back # :nodoc:
      Thread.handle_interrupt(Object => :never) { nack unless @ended }
    rescue Error
      @ended = true
    end

    private

    def finish(call)
      if @ended
        raise IPCQ.__send__(:error, Native::NOTTAKEN,
                            "this delivery was finished or given back already: end each delivery once", nil)
      end
      @queue.public_send(call, @ticket)
      @ended = true
      self
    end

    def finish_quietly
      done unless @ended
    rescue NotTaken
      @ended = true # by its ticket
    end
  end
end
