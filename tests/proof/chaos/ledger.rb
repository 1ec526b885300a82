# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

# The account outside the queue, for the worker in Ruby; README.md lays it out, ledger.py says why it survives.
class Ledger
  SLOTS = 32
  ROOTS = SLOTS / 2
  IDS = 1 << 20
  ITEMS = SLOTS * IDS
  ARRAYS_AT = 4096
  STATES = { started: 0, put: 1, delivered: 2, finishing: 3, finished: 4 }.freeze
  BYTES = ARRAYS_AT + (STATES.size * ITEMS)

  # The words of a slot, and what stands in some of them.
  NEXT, DONE, VIOLATIONS, PID, INSIDE, REQUEST, CLOSEFROMS, EXECS = (0..7).to_a
  FORKING = 1
  FORK = 1
  PUT, GET, DONE_CALL, NACK, JOIN = (1..5).to_a

  # Ruby 3.1 has other names for these.
  GET_VALUE = IO::Buffer.method_defined?(:get_value) ? :get_value : :get
  SET_VALUE = IO::Buffer.method_defined?(:set_value) ? :set_value : :set

  def initialize(path)
    File.open(path, "r+") { |file| @buffer = IO::Buffer.map(file, BYTES, 0) }
  end

  def stop?
    value(:u64, 0) != 0
  end

  def word(slot, which)
    value(:u64, word_at(slot, which))
  end

  def set_word(slot, which, value)
    @buffer.public_send(SET_VALUE, :u64, word_at(slot, which), value)
  end

  def add(slot, which)
    set_word(slot, which, word(slot, which) + 1)
  end

  def mark(state, id)
    @buffer.public_send(SET_VALUE, :U8, mark_at(state, id), 1)
  end

  def mark?(state, id)
    value(:U8, mark_at(state, id)) != 0
  end

  private

  def value(type, offset)
    @buffer.public_send(GET_VALUE, type, offset)
  end

  def word_at(slot, which)
    64 + (64 * slot) + (8 * which)
  end

  def mark_at(state, id)
    ARRAYS_AT + (STATES.fetch(state) * ITEMS) + id
  end
end
