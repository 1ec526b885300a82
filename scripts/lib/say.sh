# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# How the scripts speak: one line at a time, details in build/logs. Sourced from the top of the tree.

readonly logs=$PWD/build/logs
mkdir -p "$logs"

say() { printf '%s\n' "-- $*"; }

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# quietly LOG COMMAND...: the output goes to build/logs/LOG.log and is shown only when the command fails.
quietly() {
    local log=$logs/$1.log
    shift
    "$@" >"$log" 2>&1 && return
    tail -n 60 "$log" >&2
    die "this failed: $* (whole output: $log)"
}
