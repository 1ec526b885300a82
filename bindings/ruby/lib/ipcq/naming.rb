# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

module IPCQ
  # The name of a queue as the library wants it; for anything else, an error that says what was meant.
  module Naming
    REMEDIES = {
      Integer => "a queue of at most that many items is IPCQ::Queue.new(max: %<value>s)",
      Array => "put its elements by push_many",
      Symbol => "write %<value>s.to_s"
    }.freeze

    class << self
      # A frozen copy, which nobody changes during the call.
      def check(name)
        text = String.try_convert(name) or raise TypeError, refusal(name)
        return -text.b if text.ascii_only? && !text.include?("\0")

        raise IPCQ.__send__(:error, Native::BADNAME, Native.strerror(Native::BADNAME), nil)
      end

      private

      def refusal(value)
        kind = REMEDIES.keys.find { |one| one === value } # rubocop:disable Style/CaseEquality
        remedy = kind ? format(REMEDIES[kind], value: value.inspect) : 'write IPCQ::Queue.new("jobs")'
        remedy = "a queue has no path" if value.respond_to?(:to_path)
        "the name of a queue is a String, not #{value.inspect}: #{remedy}"
      end
    end
  end
  private_constant :Naming
end
