# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0
#
# ruby test/all.rb    runs every test, with RUBYLIB pointing to the built library

Dir.glob("test_*.rb", base: __dir__).sort.each { |file| require_relative file }
