# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0
#
# One of every kind of value, in the order in which all languages put and expect them.

GRID_VALUES = [
  nil, true, false, 0, -1, (2**63) - 1, -(2**63), (2**64) - 1, 1.5, "", "grüße 你好", "".b, "\x00\xff\n".b,
  [1, "a", nil],
  { "name" => "alex", "age" => 15 },
  { "list" => [1, [2, [3]]], "map" => { "a" => { "b" => nil } } }
].freeze
