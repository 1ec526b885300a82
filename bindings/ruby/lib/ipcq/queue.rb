# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

module IPCQ
  # A queue that processes share: first in, first out, each item taken once. Its methods are those of Thread::Queue and
  # Thread::SizedQueue, with one difference: `close` ends this process's handle and nothing else; `shutdown` ends the
  # queue, for everybody. A forked child uses the object it inherited.
  class Queue
    READABLE = (1 << Native::TYPE_BYTES) | (1 << Native::TYPE_MESSAGEPACK)
    MANY = 1000
    PACK = Values.method(:pack)
    private_constant :READABLE, :MANY, :PACK

    # Opens the queue `name`, making it if there is none; without a name, makes one that forked children share and that
    # is gone when its last user is.
    #
    # max::              items it holds at most; nil: as many as its bytes allow
    # capacity_bytes::   shared memory it may use; nil: 1 GiB or half of what is free, whichever is less
    # max_participants:: handles that may be open at once, in all processes; nil: the library's default
    # mode::             permission bits of a new queue: 0600, 0660, 0606 or 0666; nil: 0600
    # open_only::        true: it must exist (else NotFound)
    # create_only::      true: it must not exist (else Exists)
    # any_owner::        true: trust a queue that another user made: its owner could cut it short (else Denied)
    #
    # Against a queue that exists, nil means as it is, and anything else must be equal (else Mismatch). IPCQ.open opens
    # a queue that exists, plain or joinable.
    def initialize(name = nil, max: nil, capacity_bytes: nil, max_participants: nil, mode: nil,
                   open_only: false, create_only: false, any_owner: false)
      raise ArgumentError, "new takes no block: use IPCQ.open(name) { |queue| … }" if block_given?

      name = Naming.check(name) unless name.nil?
      check_options(max, open_only, create_only)
      flags = kind
      flags |= Native::OPEN_ONLY if open_only
      flags |= Native::CREATE_ONLY if create_only
      flags |= Native::ANY_OWNER if any_owner
      attach(Native::Queue.new(name, flags, max || 0, capacity_bytes || 0, max_participants || 0, mode || 0), name)
    end

    # As Thread::Queue, a queue has no copies: two objects with one handle would close it for each other.
    def initialize_copy(_original)
      raise TypeError, "#{self.class} cannot be copied: open another handle by IPCQ.open(name)"
    end

    def marshal_dump # :nodoc:
      raise TypeError, "can't dump #{self.class}: send its name, and open it there by IPCQ.open(name)"
    end

    # Other processes open the queue by it. A queue made without a name gets one when it is first asked for here. Denied
    # is raised if the process that asks first has given up the rights of the queue's owner.
    def name
      return @name if @name

      name = @native.name.freeze
      @name = name unless frozen?
      name
    end

    # Puts a value at the end and returns self. When there is no room it waits, at most `timeout` seconds (then nil), or
    # with non_block raises Full. When it has returned self, the value is in the queue.
    def push(value, non_block = false, timeout: nil)
      seconds = seconds_to_wait(non_block, timeout)
      @native.put_value(value, seconds) || @native.put(Values.pack(value), Native::TYPE_MESSAGEPACK, seconds)
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
      value = @native.get_value(READABLE, seconds_to_wait(non_block, timeout))
      value.is_a?(Array) ? decode(*value).value : value
    rescue ShutDown
      nil
    rescue TimedOut, Empty, Busy
      raise if non_block
    end
    alias shift pop
    alias deq pop

    # The same, returning an IPCQ::Item or nil.
    def pop_item(non_block = false, timeout: nil)
      decode(*@native.get(READABLE, seconds_to_wait(non_block, timeout)))
    rescue ShutDown
      nil
    rescue TimedOut, Empty, Busy
      raise if non_block
    end

    # Puts the first values of an Array, in order, and returns how many. It waits for room for the first, at most
    # `timeout` seconds (then nil), and puts as many as there is room for. Unless the Array is empty it is at least one;
    # call again with the rest. When one of the values cannot be carried, none is put.
    def push_many(values, timeout: nil)
      array = Array.try_convert(values) or raise TypeError, "push_many takes an Array, not #{values.inspect}: call to_a"
      @native.put_values(array, PACK, timeout)
    rescue TimedOut, Full, Busy
      nil
    end

    # Takes the first value, as pop does, and what is there behind it, up to `max` in all; returns an Array, or nil as
    # pop does. Raises Undecodable if one of them is broken; its `batch` has all of them.
    def pop_many(max = MANY, timeout: nil)
      raise ArgumentError, "max must be at least 1" if max.is_a?(Integer) && max < 1

      values = @native.get_values(READABLE, max, timeout)
      values.any?(Array) ? decode_batch(values, &:value) : values
    rescue ShutDown, TimedOut, Empty, Busy
      nil
    end

    # The same, returning IPCQ::Items.
    def pop_many_items(max = MANY, timeout: nil)
      raise ArgumentError, "max must be at least 1" if max.is_a?(Integer) && max < 1

      decode_batch(@native.get_many(READABLE, max, timeout), &:itself)
    rescue ShutDown, TimedOut, Empty, Busy
      nil
    end

    # Memory inside the queue for an item of up to `size` bytes, as an IPCQ::Reservation that the block writes and
    # commits; without commit nothing is put. For large items: it takes whole segments. Returns what the block returns,
    # or nil if there was no room for `timeout` seconds.
    #
    #   queue.reserve(size) { |r| r.write("hello").commit(5) }
    def reserve(size, timeout: nil)
      place = in_place(Reservation) { @native.reserve(size, timeout) } or return
      begin
        yield place
      ensure
        leave(place) { place.abandon }
      end
    end

    # Takes the first item and leaves its bytes where they are, as an IPCQ::Borrowed that the block reads, whatever
    # their type. The end of the block finishes it, also by next, break or return. After an exception, a throw or
    # Thread#kill a JoinableQueue has it back. Returns what the block returns, or nil as pop does.
    def borrow(timeout: nil)
      place = in_place(Borrowed) { @native.borrow(Native::ACCEPT_ALL, timeout) } or return
      on_purpose = []
      begin
        Native.note_ending(on_purpose) { yield place }
      ensure
        leave(place) { finish(place, on_purpose.first) }
      end
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
    # finished goes back to the queue, and what was reserved or borrowed cannot be touched any more.
    def close
      @closed = true
      @places.keys.each(&:forget) # rubocop:disable Style/HashEachMethods -- other threads add meanwhile
      @native.close
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

    # The processes that have it open: an Array of Hashes with :pid, :command, :taken and others.
    def participants
      @native.participants
    end

    def inspect
      "#<#{self.class} #{@name || 'anonymous'}#{' (closed)' if closed?}>"
    end

    private

    def kind
      Native::PLAIN
    end

    def attach(native, name, **)
      @native = native
      @name = name && native.name.freeze
      @closed = false
      @places = {}.compare_by_identity # reserved or borrowed, and not ended
    end

    def check_options(max, open_only, create_only)
      if max.is_a?(Integer) && max < 1
        raise IPCQ.__send__(:error, Native::INVALID, "max is a positive number, or nil for no limit, not #{max}", nil)
      end
      return unless open_only && create_only

      raise IPCQ.__send__(:error, Native::INVALID, "open_only: and create_only: exclude each other: give one", nil)
    end

    # nil for ever, else seconds.
    def seconds_to_wait(non_block, timeout)
      return timeout unless non_block
      raise ArgumentError, "can't set a timeout if non_block is enabled" if timeout

      0
    end

    def discard(_received); end

    def decode(bytes, type, ticket, deliveries)
      Item.new(type == Native::TYPE_MESSAGEPACK ? Values.unpack(bytes) : bytes, ticket, deliveries)
    rescue Values::Malformed, MessagePack::UnpackError, EOFError, NoMemoryError => e
      raise Undecodable.new(Item.new(bytes, ticket, deliveries), type, e.message)
    end

    # The block makes of an Item what the batch has of it. All of it has left the queue, so one that is broken must not
    # take the others with it.
    def decode_batch(received)
      broken = nil
      batch = received.map do |value|
        value.is_a?(Array) ? yield(decode(*value)) : value
      rescue Undecodable => e
        broken ||= e
        e
      end
      return batch unless broken

      broken.batch = batch
      raise broken
    end

    # What the block reserves or borrows, or nil. close ends those that it finds, and the check here sees the others.
    def in_place(kind)
      place = kind.new(yield, @native)
      @places[place] = true
      return place unless @closed

      place.forget
      raise IPCQ.__send__(:error, Native::BADHANDLE, "this handle was closed: open the queue again", nil)
    rescue ShutDown
      raise if kind == Reservation
    rescue TimedOut, Empty, Full, Busy
      nil
    end

    # The block ends the place, unless it has ended. One that cannot end is left for close to forget.
    def leave(place)
      yield if place.live?
    ensure
      @places.delete(place) unless place.live?
    end

    def finish(place, _done)
      place.release
    end
  end
end
