# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

# Queues that exist already.
module IPCQ
  # Opens the queue of this name as it is: an IPCQ::JoinableQueue if it was made as one, else an IPCQ::Queue. With a
  # block, yields the queue, closes it at the end of the block and returns what the block returns. Raises NotFound if
  # there is no such queue. The options are those of JoinableQueue.new.
  def self.open(name, any_owner: false, strict: false)
    native = open_native(name, any_owner)
    kind = native.stat[:joinable] ? JoinableQueue : Queue
    queue = kind.allocate
    queue.__send__(:attach, native, name, strict: strict)
    return queue unless block_given?

    begin
      yield queue
    ensure
      queue.close
    end
  end

  # Removes the name. Processes that have the queue open go on with it; the next Queue.new makes a new one.
  def self.unlink(name)
    Native.unlink(Naming.check(name))
  rescue NotFound
    raise error(Native::NOTFOUND, "no queue is named #{name.inspect}: check the name", nil), cause: nil
  end

  # Guards this process against others that cut a queue's memory short: a touch of the lost part would end the process
  # by SIGBUS. From now on such a queue raises Corrupt instead. Installs a handler for SIGBUS, once and for good, which
  # passes on each SIGBUS that is not such a touch. A forked child inherits it.
  def self.guard_truncation
    Native.guard_truncation
  end

  def self.open_native(name, any_owner)
    flags = Native::OPEN_ONLY | (any_owner ? Native::ANY_OWNER : 0)
    Native::Queue.new(Naming.check(name), flags, 0, 0, 0, 0)
  rescue NotFound
    raise error(Native::NOTFOUND, "no queue is named #{name.inspect}: make it by IPCQ::Queue.new(#{name.inspect}) or " \
                                  "IPCQ::JoinableQueue.new(#{name.inspect}), or check the name", nil), cause: nil
  end
  private_class_method :open_native
end
