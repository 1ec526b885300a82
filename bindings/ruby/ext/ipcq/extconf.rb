# frozen_string_literal: true

# SPDX-License-Identifier: Apache-2.0
#
# Builds the native module of the gem against the libipcq that pkg-config finds. The SWIG output is part of the gem;
# --with-swig makes it anew.

require "mkmf"

unless pkg_config("ipcq") && have_header("ipcq.h") && have_library("ipcq", "ipcq_open", "ipcq.h")
  abort "libipcq is missing: install it, or point PKG_CONFIG_PATH to the folder that holds its ipcq.pc"
end
abort "this Ruby has no rb_nogvl: version 3.0 or newer is needed" unless have_func("rb_nogvl", "ruby/thread.h")

if with_config("swig")
  folders = [__dir__, *`pkg-config --variable=includedir ipcq`.split]
  Dir.chdir(__dir__) do
    system("swig", "-ruby", *folders.map { |folder| "-I#{folder}" }, "-o", "ipcq_native.c", "ruby.i", exception: true)
  end
end

# Each flag is tried first, so that other compilers and processors leave out what they do not know.
append_cflags(%w[-fstack-protector-strong -fcf-protection -mbranch-protection=standard])
append_cflags("-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3")
append_ldflags(%w[-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack])
append_ldflags("-Wl,-z,shstk") if RbConfig::CONFIG["host_cpu"] == "x86_64"

# The dynamic linker looks into /usr/lib and /lib anyway, and into other folders only if it is told.
library_folder = `pkg-config --variable=libdir ipcq`.strip
append_ldflags("-Wl,-rpath,#{library_folder}") unless library_folder.start_with?("/usr/lib", "/lib")

create_makefile("ipcq_native")
