# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

require "ipcq_native"

# Queues that processes share, whatever language they are written in.
module IPCQ
  # What SWIG made of ipcq.h: numbers as constants, and one class, which answers every failure by IPCQ.error.
  Native = ::Ipcq_native
  private_constant :Native

  # Removes the name. Processes that have the queue open go on with it; the next Queue.new makes a new one.
  def self.unlink(name)
    Native.unlink(name)
  end
end

require "ipcq/version"
require "ipcq/errors"
require "ipcq/portable"
require "ipcq/values"
require "ipcq/item"
require "ipcq/delivery"
require "ipcq/in_place"
require "ipcq/queue"
require "ipcq/joinable_queue"
