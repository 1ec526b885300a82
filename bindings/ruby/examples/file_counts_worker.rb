#!/usr/bin/env ruby
# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0
#
# Takes files from one queue, counts their lines, words and bytes as wc does, and puts the results into another, until
# the first is shut down. With `hold` it stops for ever at its first file, to be killed there.
#
#   file_counts_worker.rb WORK_QUEUE RESULT_QUEUE [hold]

require "ipcq"

# A word begins with a printable byte and ends before white space, as wc counts under LC_ALL=C.
WORD = /[!-~][^ \t-\r]*/n

def count(path)
  bytes = File.binread(path)
  words = 0
  bytes.scan(WORD) { words += 1 }
  { "file" => path, "lines" => bytes.count("\n"), "words" => words, "bytes" => bytes.bytesize }
end

def hold(path)
  puts "holding #{path}"
  $stdout.flush
  sleep
end

abort "usage: file_counts_worker.rb WORK_QUEUE RESULT_QUEUE [hold]" unless [2, 3].include?(ARGV.size)

work = IPCQ::JoinableQueue.new(ARGV[0])
results = IPCQ::Queue.new(ARGV[1])
work.each_delivery do |job|
  path = job.value.fetch("file")
  hold(path) if ARGV[2] == "hold"
  # The result comes before the end of the block: a worker that dies between the two causes a second result, not a
  # missing one.
  results.push(count(path).merge("language" => "Ruby", "pid" => Process.pid, "deliveries" => job.deliveries))
end
