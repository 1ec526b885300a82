#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: test/gem.sh BUILD RUBY
#
# Installs the gem, and the library that it is compiled against, into a folder of their own. Its native module must be
# hardened, and a program must be able to use it.
set -euo pipefail
build=$1 ruby=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cmake --install "$build" --prefix "$folder/prefix" >/dev/null
cmake --build "$build" --target ruby_gem >/dev/null
library=$(dirname "$(find "$folder/prefix" -name libipcq.so)")
export PKG_CONFIG_PATH=$library/pkgconfig
unset RUBYLIB LD_LIBRARY_PATH # the module itself names the folder of the library
"$ruby" -S gem install --local --no-document --ignore-dependencies --install-dir "$folder/gems" \
    "$build"/ruby-gem/ipcq-*.gem
find "$folder/gems" -name 'ipcq_native.so' -exec python3 "$(dirname "$0")/../../../tests/abi/hardened.py" {} +

GEM_PATH=$folder/gems:$("$ruby" -e 'print Gem.path.join(":")') "$ruby" - "$folder/gems" <<'END'
require "ipcq"
gem = Gem.loaded_specs["ipcq"]
abort "it is not the gem that was found" unless gem && gem.gem_dir.start_with?(ARGV[0])
queue = IPCQ::Queue.new << { "name" => "alex" }
exit queue.pop == { "name" => "alex" }
END
