# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

require "msgpack"

module IPCQ
  # Ruby values as bytes. A binary String (ASCII-8BIT) is an item's bytes as they are; everything else travels as one
  # MessagePack value.
  module Values
    DEPTH_MAX = 128 # what the msgpack library can read back
    FACTORY = MessagePack::Factory.new

    # Packers and unpackers that nobody uses now. A call takes one out while it works, so that another thread, or a trap
    # in the middle of it, gets another one; one that raised is not put back.
    IDLE_PACKERS = [] # rubocop:disable Style/MutableConstant
    IDLE_UNPACKERS = [] # rubocop:disable Style/MutableConstant

    private_constant :DEPTH_MAX, :FACTORY, :IDLE_PACKERS, :IDLE_UNPACKERS

    class << self
      def pack(value)
        check(value, 0)
        packer = IDLE_PACKERS.pop || FACTORY.packer
        bytes = packer.write(value).to_s.freeze
        packer.clear
        IDLE_PACKERS.push(packer)
        bytes
      rescue NoMethodError => e
        raise e.name == :to_msgpack ? not_a_value(e.receiver) : e
      rescue RangeError
        raise RangeError, "integers travel as 64 bits, and this one needs more: put a String made by to_s"
      end

      def unpack(bytes)
        unpacker = IDLE_UNPACKERS.pop || FACTORY.unpacker
        value = unpacker.feed(bytes).full_unpack
        unpacker.reset
        IDLE_UNPACKERS.push(unpacker)
        value
      end

      private

      # What the msgpack library would write and a reader, in whichever language, refuse must not get into the queue.
      def check(value, depth)
        case value
        when String then check_text(value)
        when Array
          check_depth(depth)
          value.each { |element| check(element, depth + 1) }
        when Hash
          check_depth(depth)
          value.each_pair do |key, element|
            check(key, depth + 1)
            check(element, depth + 1)
          end
        end
        nil
      end

      def check_text(value)
        return if value.encoding == Encoding::BINARY || value.valid_encoding?

        raise EncodingError, "a String says that it is #{value.encoding} and is not: put its bytes (String#b), or " \
                             "mend it (String#scrub)"
      end

      def check_depth(depth)
        return if depth < DEPTH_MAX

        raise ArgumentError, "Arrays and Hashes are nested more than #{DEPTH_MAX} deep, or one contains itself"
      end

      def not_a_value(object)
        TypeError.new("a queue carries nil, true, false, numbers, Strings, Arrays and Hashes, not #{object.class}: " \
                      "put a Hash or String made from it")
      end
    end
  end
  private_constant :Values
end
