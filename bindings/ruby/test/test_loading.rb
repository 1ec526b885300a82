# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0

require_relative "test_helper"
require "open3"
require "tmpdir"

# What require "ipcq" says when a part of it is missing. Files that raise stand for the parts.
class TestLoading < IPCQTest
  def test_without_libipcq
    assert_loading_fails("ipcq_native", "libipcq.so.0: cannot open shared object file: No such file or directory",
                         /\Alibipcq is not found: .*ldconfig.*LD_LIBRARY_PATH/)
  end

  def test_with_an_older_libipcq
    assert_loading_fails("ipcq_native", "/usr/lib/ipcq_native.so: undefined symbol: ipcq_release",
                         /\Alibipcq is older/)
  end

  def test_without_the_native_module
    assert_loading_fails("ipcq_native", "cannot load such file -- ipcq_native",
                         /\Athe native module of ipcq is missing:/)
  end

  def test_without_msgpack
    assert_loading_fails("msgpack", "cannot load such file -- msgpack",
                         /\Aipcq needs the msgpack library: .*gem install/)
  end

  def test_another_trouble_stays_what_it_is
    assert_loading_fails("ipcq_native", "libc.so.6: version `GLIBC_9' not found", /\Alibc.so.6: version/)
  end

  private

  def assert_loading_fails(part, message, sentence)
    Dir.mktmpdir do |folder|
      File.write(File.join(folder, "#{part}.rb"), "raise LoadError, #{message.inspect}")
      program = "begin; require 'ipcq'; rescue LoadError => e; puts e.message; p e.cause; end"
      out, status = Open3.capture2e(RbConfig.ruby, "-I", folder, "-e", program)
      assert_predicate status, :success?
      assert_match sentence, out
      assert_equal ["nil"], out.lines.map(&:chomp).drop(1)
    end
  end
end
