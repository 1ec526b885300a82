#!/usr/bin/env ruby
# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0
#
# Puts every regular file of DIR, as {"file": PATH}, into a joinable queue, for workers in any language.
#
#   file_counts_producer.rb WORK_QUEUE DIR

require "ipcq"

abort "usage: file_counts_producer.rb WORK_QUEUE DIR" unless ARGV.size == 2

name, directory = ARGV
directory = directory.dup.force_encoding(Encoding::UTF_8)
queue = IPCQ::JoinableQueue.new(name)
Dir.children(directory, encoding: "UTF-8").sort.each do |file|
  path = File.join(directory, file)
  queue.push({ "file" => path }) if File.lstat(path).file?
end
