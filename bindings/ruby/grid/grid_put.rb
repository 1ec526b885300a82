#!/usr/bin/env ruby
# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0
#
#   grid_put.rb NAME    puts one of every kind of value

require "ipcq"
require_relative "grid_values"

queue = IPCQ::Queue.new(ARGV.fetch(0))
GRID_VALUES.each { |value| queue.push(value) }
