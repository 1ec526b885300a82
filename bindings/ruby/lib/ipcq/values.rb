# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

begin
  require "msgpack"
rescue LoadError
  raise LoadError, "ipcq needs the msgpack library: apt-get install ruby-msgpack, or gem install msgpack", cause: nil
end

module IPCQ
  # Ruby values as bytes. A binary String (ASCII-8BIT) is an item's bytes as they are; everything else travels as one
  # MessagePack value.
  module Values
    # A Time as the MessagePack timestamp, in the smallest of its forms.
    PACK_TIME = lambda do |time|
      raise RangeError, "a Time outside the years 1 to 9999" unless Portable::SECONDS.cover?(time.to_i)

      MessagePack::Timestamp.to_msgpack_ext(time.to_i, time.nsec)
    end
    UNPACK_TIME = lambda do |bytes|
      timestamp = MessagePack::Timestamp.from_msgpack_ext(bytes)
      Time.at(timestamp.sec, timestamp.nsec, :nanosecond).utc
    end

    FACTORY = MessagePack::Factory.new
    FACTORY.register_type(MessagePack::Timestamp::TYPE, Time, packer: PACK_TIME, unpacker: UNPACK_TIME)

    # Packers and unpackers that nobody uses now. A call takes one out while it works, so that another thread, or a trap
    # in the middle of it, gets another one; one that raised is not put back.
    IDLE_PACKERS = [] # rubocop:disable Style/MutableConstant
    IDLE_UNPACKERS = [] # rubocop:disable Style/MutableConstant

    private_constant :PACK_TIME, :UNPACK_TIME, :FACTORY, :IDLE_PACKERS, :IDLE_UNPACKERS

    # Bytes that are no portable value.
    class Malformed < StandardError; end

    class << self
      def pack(value)
        Portable.check(value) if Native.is_portable(value).zero?
        packer = IDLE_PACKERS.pop || FACTORY.packer
        bytes = packer.write(value).to_s.freeze
        packer.clear
        IDLE_PACKERS.push(packer)
        bytes
      rescue RangeError
        Portable.check(value) # which names the part
        raise
      end

      # Raises Malformed unless the bytes are one portable value.
      def unpack(bytes)
        fault = Native.encoded_fault(bytes)
        raise Malformed, fault if fault

        unpacker = IDLE_UNPACKERS.pop || FACTORY.unpacker
        value = unpacker.feed(bytes).full_unpack
        unpacker.reset
        IDLE_UNPACKERS.push(unpacker)
        raise Malformed, "it holds text that is not valid UTF-8" if Native.is_portable(value).zero?

        value
      end
    end
  end
  private_constant :Values
end
