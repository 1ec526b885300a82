# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

begin
  require "ipcq_native"
rescue LoadError => e
  missing =
    case e.message
    when /undefined symbol: ipcq/ then "libipcq is older than this module: install both from one version"
    when /libipcq\.so/
      "libipcq is not found: install it and run ldconfig, or set LD_LIBRARY_PATH to the folder of libipcq.so"
    when /-- ipcq_native/
      "the native module of ipcq is missing: build it, and set RUBYLIB to the folder ruby/ of the build"
    end
  raise missing ? LoadError.new(missing) : e, cause: nil
end

# Queues in shared memory for processes in several languages.
module IPCQ
  # What SWIG made of ipcq.h: numbers as constants, and one class, which answers every failure by IPCQ.error.
  Native = ::Ipcq_native
  private_constant :Native
end

require "ipcq/version"
require "ipcq/wording"
require "ipcq/errors"
require "ipcq/naming"
require "ipcq/portable"
require "ipcq/values"
require "ipcq/item"
require "ipcq/delivery"
require "ipcq/holders"
require "ipcq/in_place"
require "ipcq/queue"
require "ipcq/joinable_queue"
require "ipcq/opening"
