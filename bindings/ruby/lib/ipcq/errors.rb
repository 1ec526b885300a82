# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

module IPCQ # :nodoc:
  # In every exception of this library, so that `rescue IPCQ::Error` catches them all. Each class is also what a
  # Thread::Queue raises in its place, where there is such a thing.
  module Error
    # The C library's code, for instance -1.
    attr_accessor :code

    # Its name, for instance "IPCQ_EMPTY".
    def code_name
      Native.error_name(code)
    end
  end

  # Everything that has no class of its own; `code_name` tells which it was.
  class Failure < StandardError
    include Error
  end

  # Exceptions that a program may want to tell apart.
  class Empty < ThreadError; include Error; end            # pop(true), and no item is ready
  class Full < ThreadError; include Error; end             # push(value, true), and there is no room
  class Busy < ThreadError; include Error; end             # not to wait, but a stopped process holds this end
  class ShutDown < ClosedQueueError; include Error; end    # push after shutdown, by whichever process
  class TooBig < ArgumentError; include Error; end         # the item can never fit
  class BadName < ArgumentError; include Error; end        # not a queue name
  class BadOption < ArgumentError; include Error; end      # an option out of range
  class NotTaken < ThreadError; include Error; end         # task_done too often, or a stale ticket
  class Ambiguous < ThreadError; include Error; end        # no ticket, and not exactly one item to finish
  class NotReserved < ThreadError; include Error; end      # committed or given up already, or reserved before fork
  class Inherited < ThreadError; include Error; end        # taken before fork by the parent: only it can finish it
  class TimedOut < Failure; end                            # raised by no public method: they answer nil
  class ClosedHandle < Failure; end                        # this process has called close
  class NotFound < Failure; end                            # open_only or unlink, and there is none of this name
  class Exists < Failure; end                              # create_only, and there is one of this name
  class Mismatch < Failure; end                            # it exists with other options
  class Denied < Failure; end                              # no permission
  class NoSpace < Failure; end                             # the system has no shared memory left
  class Corrupt < Failure; end                             # the shared memory cannot be trusted any more

  # In each exception for a value that cannot travel. Nothing was put.
  module Unportable
    include Error

    def initialize(message)
      super
      @code = Native::WRONGTYPE
    end
  end

  class UnportableType < TypeError; include Unportable; end       # an object or a map key of such a class
  class UnportableNumber < RangeError; include Unportable; end    # too large
  class UnportableText < EncodingError; include Unportable; end   # invalid, or without a form in UTF-8
  class UnportableDepth < ArgumentError; include Unportable; end  # nested too deep, or contains itself

  # The first item has a type that Ruby cannot read. It stays first in the queue.
  class WrongType < Failure
    NAMES = { Native::TYPE_PICKLE => "a Python pickle, which only Python can read" }.freeze

    # The type tag, an Integer.
    attr_reader :type

    def initialize(type)
      @type = type
      super("the first item is #{NAMES.fetch(type, 'of a type unknown here')} (type #{type}); it stays in the queue: " \
            "take it with a program that can read it, and have the producer put plain values")
    end
  end

  # The item says that it is MessagePack, and its bytes are no portable value. It was taken, and this has it.
  class Undecodable < Failure
    # An IPCQ::Item with the item's bytes as its value. In a joinable queue its ticket finishes the item or gives it
    # back.
    attr_reader :item

    # From pop_many and pop_many_items: what the call would have returned, with an Undecodable in the place of each such
    # item.
    attr_accessor :batch

    # The type tag, an Integer.
    attr_reader :type

    def initialize(item, type, reason)
      @item = item
      @type = type
      @code = Native::WRONGTYPE
      super("an item of #{item.value.bytesize} bytes is no portable value: #{reason}; take its bytes from this " \
            "exception, and have the producer put portable values")
    end

    # The item's bytes.
    def data
      @item.value
    end

    def ticket
      @item.ticket
    end
  end

  CLASSES = {
    Native::EMPTY => Empty, Native::FULL => Full, Native::BUSY => Busy, Native::CLOSED => ShutDown,
    Native::TOOBIG => TooBig, Native::BADNAME => BadName, Native::SCHEME => BadName, Native::INVALID => BadOption,
    Native::NOTTAKEN => NotTaken, Native::NOTRESERVED => NotReserved, Native::INHERITED => Inherited,
    Native::AMBIGUOUS => Ambiguous, Native::TIMEDOUT => TimedOut,
    Native::BADHANDLE => ClosedHandle, Native::NOTFOUND => NotFound, Native::EXISTS => Exists,
    Native::MISMATCH => Mismatch, Native::DENIED => Denied, Native::NOSPACE => NoSpace,
    Native::CORRUPT => Corrupt
  }.freeze

  # The words of Thread::Queue come first, for programs that match on them.
  OPENINGS = { Native::EMPTY => "queue empty", Native::FULL => "queue full: ",
               Native::TIMEDOUT => "not in time" }.freeze

  private_constant :CLASSES, :OPENINGS

  # The exception for a code; the native module raises what this returns.
  def self.error(code, sentence, type)
    exception = type ? WrongType.new(type) : CLASSES.fetch(code, Failure).new(words_for(code, sentence))
    exception.code = code
    exception
  end

  # Empty and TimedOut are raised in loops that poll, where their words must cost nothing.
  def self.words_for(code, sentence)
    return OPENINGS[code] if [Native::EMPTY, Native::TIMEDOUT].include?(code)

    "#{OPENINGS[code]}#{Wording.in_ruby(sentence)}"
  end
  private_class_method :error, :words_for
end
