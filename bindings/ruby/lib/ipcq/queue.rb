# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

module IPCQ
  # A queue that processes share: first in, first out, each item taken once. Its methods are those of Thread::Queue and
  # Thread::SizedQueue, with one difference: `close` ends this process's handle and nothing else; `shutdown` ends the
  # queue, for everybody. A forked child uses the object it inherited.
  class Queue
    READABLE = (1 << Native::TYPE_BYTES) | (1 << Native::TYPE_MESSAGEPACK)
    private_constant :READABLE

    # Opens the queue `name`, making it if there is none; without a name, makes one that forked children share and that
    # is gone when its last user is.
    #
    # max::              items it holds at most; nil: as many as its bytes allow
    # capacity_bytes::   shared memory it may use; nil: 1 GiB or half of what is free, whichever is less
    # max_participants:: processes that may have it open at once; nil: 256
    # mode::             permission bits of a new queue; nil: 0600
    # open_only::        true: it must exist (else NotFound)
    # create_only::      true: it must not exist (else Exists)
    #
    # Against a queue that exists, nil means as it is, and anything else must be equal (else Mismatch).
    def initialize(name = nil, max: nil, capacity_bytes: nil, max_participants: nil, mode: nil,
                   open_only: false, create_only: false)
      raise BadOption, "max must be a positive number, or nil for no limit" if max && max < 1

      flags = kind
      flags |= Native::OPEN_ONLY if open_only
      flags |= Native::CREATE_ONLY if create_only
      @native = Native::Queue.new(name, flags, max || 0, capacity_bytes || 0, max_participants || 0, mode || 0)
      @name = @native.name.freeze
      @closed = false
    end

    attr_reader :name

    # Puts a value at the end and returns self. When there is no room it waits, at most `timeout` seconds (then nil), or
    # with non_block raises Full. When it has returned self, the value is in the queue.
    def push(value, non_block = false, timeout: nil)
      seconds = seconds_to_wait(non_block, timeout)
      if value.is_a?(String) && value.encoding == Encoding::BINARY
        @native.put(value, Native::TYPE_BYTES, seconds)
      else
        @native.put(Values.pack(value), Native::TYPE_MESSAGEPACK, seconds)
      end
      self
    rescue TimedOut, Full, Busy
      raise if non_block
    end
    alias enq push

    def <<(value)
      push(value)
    end

    # Takes the first value. When there is none it waits, at most `timeout` seconds (then nil), or with non_block raises
    # Empty. nil also means that the queue was shut down and is drained; pop_item tells that apart from a nil value.
    def pop(non_block = false, timeout: nil)
      pop_item(non_block, timeout: timeout)&.value
    end
    alias shift pop
    alias deq pop

    # The same, returning an IPCQ::Item or nil.
    def pop_item(non_block = false, timeout: nil)
      bytes, type, ticket, deliveries = @native.get(READABLE, seconds_to_wait(non_block, timeout))
      value = type == Native::TYPE_MESSAGEPACK ? Values.unpack(bytes) : bytes
      Item.new(value, ticket, deliveries)
    rescue ShutDown
      nil
    rescue TimedOut, Empty, Busy
      raise if non_block
    rescue MessagePack::UnpackError, EOFError => e
      raise Undecodable.new(Item.new(bytes, ticket, deliveries), e.message)
    end

    # How many items are ready to be taken.
    def size
      @native.size
    end
    alias length size

    def empty?
      @native.empty
    end

    def full?
      @native.full
    end

    # How many items it holds at most; nil: as many as its bytes allow.
    def max
      items = stat[:max_items]
      items.zero? ? nil : items
    end

    # How many calls sleep in this queue, in all processes.
    def num_waiting
      stat.values_at(:getters_waiting, :putters_waiting).sum
    end

    # Takes and drops as many items as were ready when it was called, whatever their type.
    def clear
      size.times { discard(@native.get(Native::ACCEPT_ALL, 0)) }
      self
    rescue Empty, ShutDown
      self
    end

    # Ends the whole queue, in every process, for good: push raises ShutDown, pop takes what is left and then answers
    # nil, and all who wait wake up. With immediate, what nobody has taken yet is discarded.
    def shutdown(immediate: false)
      @native.shutdown(immediate ? Native::IMMEDIATE : Native::DRAIN)
      self
    end

    # Whether somebody, in whichever process, has called shutdown; stat[:shutdown] says how (:drain or :immediate).
    def shutdown?
      !stat[:shutdown].nil?
    end

    # Ends this process's handle and nothing else. Threads that wait in it raise ClosedHandle; what was taken and not
    # finished goes back to the queue.
    def close
      @native.close
      @closed = true
      self
    end

    # Whether this handle was closed.
    def closed?
      @closed
    end

    # Removes the queue's name; see IPCQ.unlink.
    def unlink
      IPCQ.unlink(name)
    end

    # A picture of the queue: a Hash of numbers by name.
    def stat
      @native.stat
    end

    # Who has it open: an Array of Hashes with :pid, :command, :taken and others.
    def participants
      @native.participants
    end

    def inspect
      "#<#{self.class} #{name}#{' (closed)' if closed?}>"
    end

    private

    def kind
      Native::PLAIN
    end

    # nil for ever, else seconds.
    def seconds_to_wait(non_block, timeout)
      return timeout unless non_block
      raise ArgumentError, "can't set a timeout if non_block is enabled" if timeout

      0
    end

    def discard(_received); end
  end
end
