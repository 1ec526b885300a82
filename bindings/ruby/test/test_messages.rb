# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

require_relative "test_helper"
require "pathname"

# Messages speak Ruby: no flag of C, no type of C, no words of SWIG; and each names a remedy.
class TestMessages < IPCQTest
  FOREIGN_WORDS = /IPCQ_|ipcq_|SWIG|argument \d|int\d+_t|max_items|NULL|\n/

  def test_names
    { 5 => /a queue of at most that many items is IPCQ::Queue\.new\(max: 5\)/,
      [1] => /push_many/, :jobs => /:jobs\.to_s/,
      Pathname("/tmp/jobs") => /has no path/, Object.new => /IPCQ::Queue\.new\("jobs"\)/ }.each do |name, remedy|
      says(TypeError, /\Athe name of a queue is a String, not .*#{remedy}/) { IPCQ::Queue.new(name) }
      says(TypeError, remedy) { IPCQ.open(name) }
      says(TypeError, remedy) { IPCQ.unlink(name) }
    end
    ["/tmp/jobs", "jobs".encode("UTF-16LE"), "a\0b", "täsk", "\xff", "", "." * 3, "a" * 201].each do |name|
      says(IPCQ::BadName, /use 1 to 200 of A-Z/) { IPCQ::Queue.new(name) }
      says(IPCQ::BadName, /use 1 to 200 of A-Z/) { IPCQ.unlink(name) }
    end
    says(IPCQ::BadName, /use a plain name/) { IPCQ.open("amqp://host/jobs") }
  end

  def test_options
    says(IPCQ::BadOption, /max is a positive number, or nil/) { IPCQ::Queue.new(max: 0) }
    says(TypeError, /max is a whole number, not 1.5/) { IPCQ::Queue.new(max: 1.5) }
    says(TypeError, /max is a whole number, not "3"/) { IPCQ::Queue.new(max: "3") }
    %i[capacity_bytes max_participants mode].each do |option|
      says(IPCQ::BadOption, /#{option} is a whole number from 0 to \d+, not -1/) { IPCQ::Queue.new(option => -1) }
      says(IPCQ::BadOption, /#{option} is a whole number from 0/) { IPCQ::Queue.new(option => 2**64) }
      says(TypeError, /#{option} is a whole number, not nothing/) { IPCQ::Queue.new(option => nothing) }
    end
    { max_participants: (2**32) + 16, mode: (2**32) + 0o600 }.each do |option, number| # 16 and 0600 in 32 bits
      says(IPCQ::BadOption, /#{option} is a whole number from 0 to 4294967295,/) { IPCQ::Queue.new(option => number) }
    end
    says(IPCQ::BadOption, /exclude each other/) { IPCQ::Queue.new(new_name, open_only: true, create_only: true) }
    says(ArgumentError, /IPCQ\.open/) { IPCQ::JoinableQueue.new { flunk } }
  end

  def test_arguments
    queue = new_joinable_queue << 1
    item = queue.pop_item
    says(TypeError, /ticket is a whole number/) { queue.task_done(item) }
    says(IPCQ::BadOption, /ticket is a whole number from 0/) { queue.task_done(-1) } # which C reads as a large number
    says(IPCQ::BadOption, /ticket is a whole number from 0/) { queue.nack(-2) }
    says(TypeError, /max is a whole number/) { queue.pop_many("x") }
    says(TypeError, /size is a whole number/) { queue.reserve(1.5) { flunk } }
    says(IPCQ::BadOption, /size is a whole number from 0/) { queue.reserve(-1) { flunk } }
    queue.reserve(10) do |place|
      says(IPCQ::BadOption, /offset is a whole number from 0/) { place.write("a", -1) }
      says(TypeError, /type is a whole number/) { place.commit(1, type: "bytes") }
    end
    says(TypeError, /push_many takes an Array, not 1..3: call to_a/) { queue.push_many(1..3) }
    assert_equal [1, 0], queue.stat.values_at(:taken, :items)
  end

  def test_what_exists_and_what_does_not
    queue = new_queue(max: 1)
    says(IPCQ::NotFound, /check the name, or make the queue/) { IPCQ::Queue.new(new_name, open_only: true) }
    says(IPCQ::NotFound, /no queue is named .*make it by IPCQ::Queue\.new/) { IPCQ.open(new_name) }
    says(IPCQ::NotFound, /no queue is named .*check the name\z/) { IPCQ.unlink(new_name) }
    says(IPCQ::NotFound, /check the name, or choose one/) { IPCQ::Queue.new("anonymous-of-nobody") }
    says(IPCQ::Exists, /open it as it is, unlink it/) { IPCQ::Queue.new(queue.name, create_only: true) }
    says(IPCQ::Mismatch, /max is 1, asked for 2.*IPCQ\.open\(name\)/) { IPCQ::Queue.new(queue.name, max: 2) }
    says(IPCQ::Mismatch, /it is no JoinableQueue.*IPCQ\.open/) { IPCQ::JoinableQueue.new(queue.name) }
    says(IPCQ::Mismatch, /it is a JoinableQueue/) { IPCQ::Queue.new(new_joinable_queue.name) }
  end

  def test_full_says_why
    queue = new_queue(max: 1) << 1
    says(IPCQ::Full, /\Aqueue full: .* by items \(1 of max 1\): wait with timeout:/) { queue.push(2, true) }
  end

  # The library's own sentences for every code, in Ruby's words.
  def test_every_code
    codes = (-64..-1).reject { |code| Ipcq_native.error_name(code) == "IPCQ_?" }
    assert_operator codes.size, :>=, 35
    codes.each do |code|
      message = IPCQ.__send__(:error, code, Ipcq_native.strerror(code), nil).message
      refute_match FOREIGN_WORDS, message
      refute_match(/buffer/, message) # which no method of Ruby takes
      assert_match(/use take \{ \|job\| … \}, or name/, message) if code == Ipcq_native::AMBIGUOUS
    end
  end

  private

  def nothing
    Class.new { def inspect = "nothing" }.new
  end

  def says(error, sentence, &block)
    message = assert_raises(error, &block).message
    assert_match sentence, message
    refute_match FOREIGN_WORDS, message
  end
end
