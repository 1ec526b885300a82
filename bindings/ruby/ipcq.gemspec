# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0
#
# Evaluated where the CMake target `ruby_gem` has put together what belongs to the gem.

require_relative "lib/ipcq/version"

Gem::Specification.new do |spec|
  spec.name = "ipcq"
  spec.version = IPCQ::VERSION
  spec.summary = "Queues in shared memory for processes in several languages"
  spec.description = "Named queues in shared memory for C, Go, Ruby and Python: push, pop, task_done, join. " \
                     "Needs the C library libipcq."
  spec.authors = ["The libipcq authors"]
  spec.license = "Apache-2.0"
  spec.required_ruby_version = ">= 3.0"
  spec.files = Dir["lib/**/*.rb", "ext/ipcq/*.{c,h,i,rb}", "README.md", "LICENSE"]
  spec.extensions = ["ext/ipcq/extconf.rb"]
  spec.add_runtime_dependency "msgpack", "~> 1.4"
  spec.metadata["rubygems_mfa_required"] = "true"
end
