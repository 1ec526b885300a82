# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

require_relative "test_helper"
require_relative "../grid/grid_values"

# Both sides of each limit of portable values, on the way in and on the way out.
class TestPortable < IPCQTest
  def setup
    super
    @queue = new_joinable_queue
  end

  def test_integers
    assert_carried(-(2**63), (2**64) - 1, { -(2**63) => 1, (2**64) - 1 => 2 })
    refuse(IPCQ::UnportableNumber, RangeError, /value: an integer.*to_s/, -(2**63) - 1, 2**64, 2**200)
    refuse(IPCQ::UnportableNumber, RangeError, /value\["a"\]\[1\]: an integer/, { "a" => [1, 2**64] })
    refuse(IPCQ::UnportableNumber, RangeError, /value, a key: an integer/, { 2**64 => 1 }, { -(2**63) - 1 => 1 })
  end

  def test_depth
    assert_carried nested(128), nested_hash(128)
    [nested(129), [nested(128)], nested_hash(129), { "k" => nested(128) }].each do |value|
      refuse(IPCQ::UnportableDepth, ArgumentError, /nested more than 128 deep/, value)
    end
  end

  def test_cycles
    array = [1]
    array << { "a" => [array] }
    hash = {}
    hash["self"] = hash
    refuse(IPCQ::UnportableDepth, ArgumentError, /value\[1\]\["a"\]\[0\]: a value that contains itself/, array)
    refuse(IPCQ::UnportableDepth, ArgumentError, /value\["self"\]: a value that contains itself/, hash)
    twice = [1]
    assert_carried [twice, twice]
  end

  def test_keys
    assert_carried({ nil => 0, true => 1, false => 2, -1 => 3, 1.5 => 4, "k" => 5, "ü" => 6 })
    assert_carried([31, 32, 255, 256, 65_535, 65_536].to_h { |size| ["k" * size, size] })
    assert_carried((1..20).to_h { |number| [number.to_s, number] }, (1..70_000).to_h { |number| [number, nil] })
    assert_equal({ "k" => 1 }, carry({ k: 1 }))
    refuse(IPCQ::UnportableType, TypeError, /value: a map key of class Array/, { [1] => 2 })
    refuse(IPCQ::UnportableType, TypeError, /value\[0\]: a map key of bytes/, [{ "k".b => 1 }])
    refuse(IPCQ::UnportableType, TypeError, /a map key of class Time/, { Time.now => 1 })
    refuse(IPCQ::UnportableType, TypeError, /a map key of class Object/, { Object.new => 1 })
  end

  def test_text
    assert_equal %w[grüße grüße], carry(["grüße".encode("ISO-8859-1"), "grüße".encode("UTF-16LE")])
    assert_equal({ "grüße" => "grüße" }, carry({ "grüße".encode("ISO-8859-1") => :grüße }))
    surrogate = "\xed\xa0\x80"
    impossible = "\xff".dup.force_encoding("Windows-1252").force_encoding("Emacs-Mule")
    ["\xff", "#{'a' * 300}\xff", ["\xff"], surrogate, "\xff".dup.force_encoding("US-ASCII"), impossible].each do |text|
      refuse(IPCQ::UnportableText, EncodingError, /String#b/, text)
    end
    refuse(IPCQ::UnportableText, EncodingError, /value, a key: text/, { "\xff" => 1 })
    refuse(IPCQ::UnportableText, EncodingError, /String#b/, "\xff".b.to_sym)
  end

  def test_times
    seconds = [0, -1, 1, (2**32) - 1, 2**32, (2**34) - 1, 2**34, -62_135_596_800, 253_402_300_799]
    [0, 1, 999_999_999].product(seconds) do |nsec, sec|
      time = carry(Time.at(sec, nsec, :nanosecond))
      assert_equal [sec, nsec, true], [time.to_i, time.nsec, time.utc?]
    end
    assert_equal Time.utc(2024, 1, 1, 10), carry([Time.new(2024, 1, 1, 12, 0, 0, "+02:00")]).first
    refuse(IPCQ::UnportableNumber, RangeError, /value: a Time outside the years 1 to 9999/,
           Time.at(2**63), Time.at(-(2**63) - 1), Time.utc(10_000), Time.utc(1) - Rational(1, 1_000_000_000))
    [Time.utc(1), Time.utc(10_000) - Rational(1, 1_000_000_000)].each do |time|
      assert_equal time, carry(time)
    end
    refuse(IPCQ::UnportableNumber, RangeError, /value\["t"\]: a Time/, { "t" => Time.at(2**63) })
  end

  def test_times_are_written_in_their_smallest_form
    sizes = [Time.at((2**32) - 1), Time.at(2**32), Time.at(0, 1, :nsec), Time.at(2**34), Time.at(-1)].map do |time|
      @queue << time
      @queue.borrow(&:size)
    end
    assert_equal [6, 10, 10, 15, 15], sizes
  end

  def test_objects
    packs_itself = Object.new
    def packs_itself.to_msgpack(packer) = packer.write(1)
    [Object.new, BasicObject.new, packs_itself, 1r, 1i, 1..2, Struct.new(:a).new(1), Float, Thread.current].each do |o|
      refuse(IPCQ::UnportableType, TypeError, /value: an object of class .*put a Hash or String/, o)
    end
    refuse(IPCQ::UnportableType, TypeError, /value\[0\]\["a"\]\[nil\]: an object of class Complex/,
           [{ "a" => { nil => 1i } }])
    long = { "a" * 200 => [1r] }
    assert_operator assert_raises(IPCQ::Unportable) { @queue << long }.message.size, :<, 200
  end

  def test_subclasses_arrive_as_what_they_are
    assert_equal ["text", [1], { "k" => 1 }],
                 carry([Class.new(String).new("text"), Class.new(Array).new([1]), Class.new(Hash).new.merge!("k" => 1)])
  end

  # -- the way out

  MALFORMED = /cut short or not well formed/
  KEY = /a map key is no nil/
  EXTENSION = /an extension type/
  TIME = /a malformed point in time/
  TEXT = /text that is not valid UTF-8/

  # The bytes, and what the error says of them.
  FOREIGN = {
    "an extension" => ["\xd4\x05a", EXTENSION], "an extension of type -2" => ["\xd6\xfe\0\0\0\0", EXTENSION],
    "129 levels" => ["#{"\x91" * 129}\xc0", /more than 128 deep/],
    "a key of bytes" => ["\x81\xc4\x01a\xc0", KEY], "a second key of bytes" => ["\x82\xc0\xc0\xc4\x01a\xc0", KEY],
    "a key of bytes in a map of 16 bits" => ["\xde\0\x01\xc4\x01a\xc0", KEY],
    "a key of bytes in a map of 32 bits" => ["\xdf\0\0\0\x01\xc4\x01a\xc0", KEY],
    "a key that is an array" => ["\x81\x90\xc0", KEY], "a key that is a map" => ["\x81\x80\xc0", KEY],
    "a key that is a time" => ["\x81\xd6\xff\0\0\0\0\xc0", KEY],
    "invalid text" => ["\x91\xa1\xff", TEXT], "nothing but invalid text" => ["\xa1\xff", TEXT],
    "a key of invalid text" => ["\x81\xa1\xff\xc0", TEXT],
    "a huge array" => ["\xdd\xff\xff\xff\xff", MALFORMED], "a huge map" => ["\xdf\xff\xff\xff\xff", MALFORMED],
    "a huge text" => ["\xdb\xff\xff\xff\xff", MALFORMED],
    "a huge text in an array" => ["\x92\xdb\xff\xff\xff\xffa", MALFORMED],
    "nothing" => ["", MALFORMED], "two values" => ["\x90\x90", MALFORMED],
    "a format that does not exist" => ["\xc1", MALFORMED], "the same in an array" => ["\x91\xc1", MALFORMED],
    "a time that is cut short" => ["\xd6\xff\0\0\0", MALFORMED],
    "too many nanoseconds" => ["\xd7\xff#{"\xff" * 8}", TIME],
    "10^9 nanoseconds in 64 bits" => ["\xd7\xff\xee\x6b\x28\0\0\0\0\0", TIME],
    "10^9 nanoseconds in 96 bits" => ["\xc7\x0c\xff\x3b\x9a\xca\0#{"\0" * 8}", TIME],
    "a time of two bytes" => ["\xd5\xff\0\0", TIME]
  }.transform_values { |bytes, fault| [bytes.b, fault] }

  def test_what_cannot_be_read_is_not_gone
    FOREIGN.each do |name, (bytes, fault)|
      %i[pop pop_item pop_many pop_many_items take].each do |call|
        put_raw(bytes)
        error = assert_raises(IPCQ::Undecodable, "#{name} by #{call}") { @queue.public_send(call) }
        assert_equal [bytes, 1], [error.data, error.type]
        assert_match fault, error.message, name
        @queue.task_done(error.ticket)
      end
    end
    assert_same @queue, @queue.join(timeout: 0)
  end

  def test_what_cannot_be_read_can_be_given_back
    put_raw(FOREIGN["an extension"].first)
    error = assert_raises(IPCQ::Undecodable) { @queue.each_delivery { flunk } }
    @queue.nack(error.ticket)
    error = assert_raises(IPCQ::Undecodable) { @queue.take { flunk } }
    assert_equal 1, error.item.deliveries
    assert_match(/extension type/, error.message)
  end

  def test_a_batch_has_each_in_its_place
    @queue << 1
    2.times { put_raw(FOREIGN["an extension"].first) }
    error = assert_raises(IPCQ::Undecodable) { @queue.pop_many_items }
    first, *broken = error.batch
    assert_equal [1, error], [first.value, broken.first]
    [first, *broken].each { |item| @queue.task_done(item.ticket) }
    assert_same @queue, @queue.join(timeout: 0)
  end

  private

  def nested_hash(depth)
    depth == 1 ? {} : { "k" => nested_hash(depth - 1) }
  end

  def carry(value)
    single = @queue.push(value).take(&:value)
    @queue.push_many([value])
    assert_equal single, @queue.take(&:value)
    single
  end

  def assert_carried(*values)
    values.each { |value| assert carry(value).eql?(value), value.inspect[0, 100] }
  end

  def refuse(error_class, ruby_class, message, *values)
    values.each do |value|
      [-> { @queue.push(value) }, -> { @queue.push_many([1, value]) }].each do |put|
        error = assert_same_error(ruby_class, error_class, &put)
        assert_kind_of IPCQ::Unportable, error
        assert_match message, error.message
        assert_equal [-31, 0], [error.code, @queue.stat[:puts] - @queue.stat[:dones]]
      end
    end
  end

  def put_raw(bytes)
    @queue.instance_variable_get(:@native).put(bytes, IPCQ::TYPE_MESSAGEPACK, nil)
  end
end
