# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

module IPCQ
  # An item that was taken. `ticket` names it in task_done and nack (0 from a plain queue). `deliveries` says how often
  # it was taken before. More than 0 means that a process may have worked on it and died.
  Item = Struct.new(:value, :ticket, :deliveries)
end
