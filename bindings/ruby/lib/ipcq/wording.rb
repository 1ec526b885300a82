# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

module IPCQ
  # The library's sentences in the words of Ruby: its own options and methods instead of C's flags and functions.
  module Wording
    WORDS = {
      # Causes that have a remedy of their own.
      /joinable is 0, asked for 1: .*/ =>
        "it is no JoinableQueue: open it by IPCQ::Queue.new, or as it is by IPCQ.open(name)",
      /joinable is 1, asked for 0: .*/ =>
        "it is a JoinableQueue: open it by IPCQ::JoinableQueue.new, or as it is by IPCQ.open(name)",
      # Remedies that are others in Ruby.
      /leave them zero to take it as it is/ => "open it as it is by IPCQ.open(name)",
      /give a larger buffer to get, or make/ => "make",
      /A NULL or out-of-range argument: check the call against its manual page/ =>
        "An argument or option is out of range: see the comments of the method",
      /wait with a deadline/ => "wait with timeout:",
      /name the item by its ticket/ => "use take { |job| … }, or name the item by its ticket",
      # Names.
      /\bopen it with any_owner\b(?!:)/ => "open it with any_owner: true",
      /\bmax_items\b/ => "max"
    }.freeze

    def self.in_ruby(sentence)
      WORDS.reduce(sentence) { |words, (pattern, replacement)| words.gsub(pattern, replacement) }
    end
  end
  private_constant :Wording
end
