# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0
#
# One of every kind of value, in the order in which all languages put and expect them.

def nested(depth)
  depth == 1 ? [] : [nested(depth - 1)]
end

GRID_VALUES = [
  nil, true, false, 0, -1, (2**63) - 1, -(2**63), (2**64) - 1, 1.5, "", "grüße 你好", "".b, "\x00\xff\n".b,
  [1, "a", nil],
  { "name" => "alex", "age" => 15 },
  { "list" => [1, [2, [3]]], "map" => { "a" => { "b" => nil } } },
  nested(128),
  { nil => 0, true => 1, -1 => 2, 1.5 => 3, "k" => 4 },
  Time.utc(2024, 2, 29, 12, 34, Rational(56_789_012, 1_000_000)),
  Time.utc(1970, 1, 1),
  Time.utc(1969, 12, 31, 23, 59, Rational(119, 2)),
  "ü" * 40,
  2**32, -(2**31) - 1, 2**63
].freeze
