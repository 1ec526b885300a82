# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

require_relative "test_helper"
require_relative "../grid/grid_values"

# Which values travel, and what they arrive as.
class TestValues < IPCQTest
  def carry(value)
    (@queue ||= new_queue).push(value).pop_item.value
  end

  def test_every_kind_arrives_as_itself
    GRID_VALUES.each { |value| assert_carried value, carry(value) }
  end

  def test_floats
    [0.1, -0.0, Float::INFINITY, Float::MAX].each { |value| assert_carried value, carry(value) }
    assert_predicate carry(Float::NAN), :nan?
  end

  def test_a_symbol_becomes_text
    assert_carried({ "name" => "alex" }, carry({ name: :alex }))
  end

  def test_text_of_any_encoding_arrives_as_utf8
    assert_carried "grüße", carry("grüße".encode("ISO-8859-1"))
    assert_carried "grüße", carry("grüße".encode("UTF-16LE"))
    assert_carried "plain", carry("plain".encode("US-ASCII"))
  end

  def test_nul_bytes
    assert_carried "\0a\0".b, carry("\0a\0".b)
    assert_carried "\0a\0", carry("\0a\0")
  end

  def test_bytes_inside_a_structure_stay_bytes
    assert_carried(["\xff".b, "text"], carry(["\xff".b, "text"]))
  end

  def test_five_mebibytes
    bytes = Random.new(1).bytes(5 << 20)
    assert_carried bytes, carry(bytes)
    assert_carried ["x" * (5 << 20)], carry(["x" * (5 << 20)])
  end

  def test_around_the_size_that_needs_memory_of_its_own
    [4095, 4096, 4097].each { |size| assert_carried "x".b * size, carry("x".b * size) }
  end

  # What the native module encodes and decodes by itself is what the msgpack library would.
  BOUNDS = (0..64).flat_map { |power| [-1, 0, 1].flat_map { |step| [(2**power) + step, -(2**power) + step] } }
                  .select { |number| number.between?(-(2**63), (2**64) - 1) }
  TEXTS = %w[a é 你].product([0, 1, 10, 31, 32, 85, 127, 128, 255, 256, 70_000]).map { |text, size| text * size }
  SCALARS = [*BOUNDS, *TEXTS, nil, true, false, 0.0, -1.5, Float::INFINITY, "plain".encode("US-ASCII")].freeze

  def test_scalars_are_encoded_as_the_library_does
    queue = new_queue
    queue.push_many(SCALARS)
    SCALARS.each { |value| queue << value }
    (SCALARS * 2).each do |value|
      bytes, type = native(queue).get(3, 0)
      assert_equal [MessagePack.pack(value), 1], [bytes, type], value.inspect[0, 80]
    end
  end

  def test_scalars_are_decoded_as_the_library_does
    longer_than_needed = ["\xd9\x01a", "\xda\x00\x01a", "\xcd\x00\x01", "\xd3#{"\xff" * 8}",
                          "\xca\x3f\xc0\x00\x00"].map(&:b)
    encoded = SCALARS.map { |value| MessagePack.pack(value) } + longer_than_needed
    queue = new_queue
    2.times { encoded.each { |bytes| native(queue).put(bytes, 1, nil) } }
    values = encoded.map { |bytes| MessagePack.unpack(bytes) }
    assert_carried values, Array.new(values.size) { queue.pop(timeout: 0) }
    assert_carried values, queue.pop_many(values.size)
  end

  def test_broken_scalars
    queue = new_queue
    broken = ["", "\xcc", "\xcd\x00", "\xcb\x00", "\xa1", "\xd9", "\xd9\x02a", "\xc0\xc0", "\xcc\x01\x02", "\xa1ab",
              "\xa1\xff", "\xd9\x03\xed\xa0\x80"]
    broken.each do |bytes|
      native(queue).put(bytes.b, 1, nil)
      assert_equal bytes.b, assert_raises(IPCQ::Undecodable) { queue.pop(timeout: 0) }.item.value
    end
  end

  private

  def native(queue)
    queue.instance_variable_get(:@native)
  end

  def assert_carried(expected, value)
    assert expected.eql?(value), "expected #{expected.inspect[0, 200]}, got #{value.inspect[0, 200]}"
    assert_equal expected.encoding, value.encoding if expected.is_a?(String)
  end
end
