#!/usr/bin/env ruby
# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0
#
#   grid_get.rb NAME    takes one of every kind of value and says which did not arrive as Ruby's own

require "ipcq"
require_relative "grid_values"

# Equal, of the same class, and for Strings of the same encoding: 1 is not 1.0, bytes are not text.
def same?(expected, value)
  expected.eql?(value) && (!expected.is_a?(String) || expected.encoding == value.encoding)
end

queue = IPCQ::Queue.new(ARGV.fetch(0))
wrong = GRID_VALUES.each_with_index.count do |expected, index|
  item = queue.pop_item(timeout: 60)
  abort "value #{index} (#{expected.inspect}) did not come" unless item
  next false if same?(expected, item.value)

  warn "value #{index}: expected #{expected.inspect}, got #{item.value.inspect}"
  true
end
exit wrong.zero?
