# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

module IPCQ
  # Which handle holds the items that a call could not end, for the text of NotTaken.
  module Holders
    class << self
      # The error in words that name another holder, if this handle holds nothing and another one does.
      def name_in(error, queue)
        sentence = sentence_for(queue.participants)
        sentence ? IPCQ.__send__(:error, Native::NOTTAKEN, sentence, nil) : error
      rescue Error # the queue was closed meanwhile
        error
      end

      private

      def sentence_for(participants)
        holders = participants.select { |one| one[:taken].positive? }
        return if holders.empty? || holders.any? { |one| one[:self] }

        pid, command, taken = holders.first.values_at(:pid, :command, :taken)
        if pid == Process.pid
          return "this handle took no such item; another handle of this process to the same queue holds #{taken}: " \
                 "finish it there"
        end

        "this handle took no such item; process #{pid} (#{command}) holds #{taken}: finish an item in the process " \
          "that took it"
      end
    end
  end
  private_constant :Holders
end
