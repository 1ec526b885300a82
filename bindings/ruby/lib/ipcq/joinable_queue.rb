# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

module IPCQ
  # A queue whose items are finished by task_done. What a process took and had not finished when it died goes back to
  # its old place in the queue, and join waits for whoever takes it next.
  class JoinableQueue < Queue
    # Finishes the item of this ticket, or without one the oldest that the calling thread took. Raises NotTaken if there
    # is none.
    def task_done(ticket = nil)
      @native.task_done(ticket || Native::OLDEST_OF_THREAD)
      self
    end

    # Gives the item back instead, to its old place, with its delivery count raised.
    def nack(ticket = nil)
      @native.nack(ticket || Native::OLDEST_OF_THREAD)
      self
    end

    # Waits until every item that was put is finished; returns nil if `timeout` seconds were not enough, else self.
    def join(timeout: nil)
      @native.join(timeout)
      self
    rescue TimedOut
      nil
    end

    private

    def kind
      Native::JOINABLE
    end

    def discard(received)
      _bytes, _type, ticket, = received
      task_done(ticket)
    end

    def finish(place, done)
      done ? place.release : place.nack
    end
  end
end
