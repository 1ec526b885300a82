# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

module IPCQ
  # An item that lies in the queue. Its bytes are copied to and from Strings, so that nothing can touch them after its
  # end; IO::Buffer could, and is experimental in Ruby 3.1.
  class Place
    def initialize(region, native)
      @region = region
      @native = native # without which the memory would go
    end

    # How many bytes there are.
    def size
      @region.size
    end
    alias bytesize size

    # Whether it may be read or written: until it was committed, given up, finished or given back, or the queue closed.
    def live?
      @region.live == 1
    end

    # A copy of `length` bytes (nil: all that follow) from `offset` on, as a binary String.
    def read(offset = 0, length = nil)
      @region.read(offset, length || [size - offset, 0].max)
    end
    alias slice read
    alias [] read

    def forget # :nodoc:
      @region.forget
    end
  end
  private_constant :Place

  # Memory inside the queue for one item; see Queue#reserve.
  class Reservation < Place
    # Writes a String's bytes from `offset` on and returns self.
    def write(bytes, offset = 0)
      @region.write(bytes, offset)
      self
    end

    # Makes the first `length` bytes (nil: all) the next item, of a type as IPCQ::TYPE_BYTES. Waits for room, at most
    # `timeout` seconds (then nil, and it stays reserved).
    def commit(length = nil, type: TYPE_BYTES, timeout: nil)
      @region.commit(length || size, type, timeout)
      self
    rescue TimedOut, Full, Busy
      nil
    end

    # Gives the memory back unused.
    def abandon
      @region.finish(0)
    end
  end

  # An item that was taken and is read where it lies; see Queue#borrow. A process that may write the queue may change
  # the bytes meanwhile: do not trust what was read twice.
  class Borrowed < Place
    # What its bytes are, as IPCQ::TYPE_BYTES.
    def type
      @region.item_type
    end

    def ticket
      @region.ticket
    end

    def deliveries
      @region.deliveries
    end

    # Finishes it: nobody will get it again.
    def release
      @region.finish(0)
    end

    # Gives it back to a JoinableQueue, to its old place.
    def nack
      @region.finish(1)
    end
  end

  TYPE_BYTES = Native::TYPE_BYTES
  TYPE_MESSAGEPACK = Native::TYPE_MESSAGEPACK
  TYPE_PICKLE = Native::TYPE_PICKLE
end
