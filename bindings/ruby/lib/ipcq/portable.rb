# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

module IPCQ
  # Which part of a value is not portable, and why. bindings/README.md, "What travels", says which values are portable.
  module Portable
    DEPTH_MAX = 128
    INTEGERS = (-(2**63)..((2**64) - 1))
    SECONDS = (-62_135_596_800..253_402_300_799) # the years 1 to 9999
    PATH_MAX = 60

    class << self
      # Raises for the first part that is not portable. `around` has the containers of the value.
      def check(value, path = "value", around = [])
        case value
        when nil, true, false, Float then nil
        when Integer then check_integer(value, path)
        when String then check_text(value, path) unless value.encoding == Encoding::BINARY
        when Symbol then check_text(value.to_s, path)
        when Time then check_time(value, path)
        when Array, Hash then check_container(value, path, around)
        else refuse(UnportableType, path, "an object of class #{class_of(value)}", "put a Hash or String made from it")
        end
      end

      private

      def check_container(container, path, around)
        if around.any? { |outer| outer.equal?(container) }
          refuse(UnportableDepth, path, "a value that contains itself", "put a copy that ends")
        end
        if around.size == DEPTH_MAX
          refuse(UnportableDepth, path, "a value nested more than #{DEPTH_MAX} deep", "put its parts")
        end
        check_members(container, path, [*around, container])
      end

      def check_members(container, path, around)
        if container.is_a?(Array)
          container.each_with_index { |member, index| check(member, "#{path}[#{index}]", around) }
        else
          container.each_pair do |key, member|
            check_key(key, path)
            check(member, "#{path}[#{key.inspect}]", around)
          end
        end
      end

      def check_key(key, path)
        case key
        when nil, true, false, Float then nil
        when Integer then check_integer(key, "#{path}, a key")
        when Symbol then check_text(key.to_s, "#{path}, a key")
        when String
          refuse_key(path, "a map key of bytes") if key.encoding == Encoding::BINARY
          check_text(key, "#{path}, a key")
        else refuse_key(path, "a map key of class #{class_of(key)}")
        end
      end

      def refuse_key(path, what)
        refuse(UnportableType, path, what, "keys are nil, booleans, numbers and text")
      end

      def check_integer(integer, path)
        return if INTEGERS.cover?(integer)

        refuse(UnportableNumber, path, "an integer of more than 64 bits", "put a String made by to_s")
      end

      def check_time(time, path)
        return if SECONDS.cover?(time.to_i)

        refuse(UnportableNumber, path, "a Time outside the years 1 to 9999", "put a String")
      end

      def check_text(text, path)
        return if text.valid_encoding? && text.encode(Encoding::UTF_8)

        refuse_text(text, path)
      rescue EncodingError
        refuse_text(text, path)
      end

      def refuse_text(text, path)
        refuse(UnportableText, path, "text that is not valid #{text.encoding}, or has no form in UTF-8,",
               "put its bytes (String#b), or repair it (String#scrub)")
      end

      def refuse(error, path, what, remedy)
        path = "#{path[0, PATH_MAX]}…" if path.size > PATH_MAX
        raise error, "#{path}: #{what} is not portable: #{remedy}"
      end

      # Also of what is no Object.
      def class_of(object)
        Kernel.instance_method(:class).bind_call(object)
      end
    end
  end
  private_constant :Portable
end
