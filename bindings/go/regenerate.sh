#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Makes internal/raw/raw.go and raw_wrap.c from raw.i and the public header; run by `go generate`.
# With --check it changes nothing and fails if the committed files are not what would be made.
#
# SWIG 4.1, so that the committed output does not depend on who made it last.
set -eu

raw=$(cd "$(dirname "$0")/internal/raw" && pwd)
header=$raw/../../../../c_api/include/ipcq.h.in
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

version=$(swig -version | sed -n 's/^SWIG Version //p')
case $version in
4.1.*) ;;
*) echo "regenerate.sh: needs SWIG 4.1, found ${version:-none} (Debian 12: apt-get install swig)" >&2; exit 1 ;;
esac

# SWIG takes "(-1)" for an expression and would make a variable that a call fills; "-1" becomes a Go constant.
sed -E -e 's/^(#define IPCQ_[A-Z]+) \((-[0-9]+)\)/\1 \2/' -e 's/@PROJECT_VERSION_[A-Z]+@/0/' "$header" > "$fresh/ipcq.h"
(cd "$raw" && swig -go -cgo -intgosize 64 -Wall -Werror -I"$fresh" -outdir "$fresh" -o "$fresh/raw_wrap.c" raw.i)
gofmt -w "$fresh/raw.go"
if grep -q '^var [A-Z_]* .*_swig_get' "$fresh/raw.go"; then
    echo "regenerate.sh: a number of ipcq.h became a variable; it must become a constant" >&2
    exit 1
fi

for file in raw.go raw_wrap.c; do
    if [ "${1:-}" = --check ]; then
        diff -u "$raw/$file" "$fresh/$file" || { echo "regenerate.sh: $file is stale, run go generate" >&2; exit 1; }
    else
        cp "$fresh/$file" "$raw/$file"
    fi
done
