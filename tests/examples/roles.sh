#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# roles.sh DIRECTORY [COMMAND...]: runs the C examples in DIRECTORY role by role. Each role is a process of its own, as
# a mix of languages needs. Each runs by way of COMMAND, for example valgrind. Ends with the first role that fails.
set -eu

programs=$1
shift
queue=test.roles.$$
trap 'rm -f "/dev/shm/ipcq.$queue".*' EXIT

"$@" "$programs/example_three_takers" take "$queue.1" 300 &
first=$!
"$@" "$programs/example_three_takers" take "$queue.1" 700 &
second=$!
"$@" "$programs/example_three_takers" put "$queue.1" 1000
wait "$first"
wait "$second"

for program in producer_consumer nonblocking bounded; do
    "$@" "$programs/example_$program" get "$queue.$program" &
    getter=$!
    "$@" "$programs/example_$program" put "$queue.$program"
    wait "$getter"
done

for end in end shutdown; do
    "$@" "$programs/example_sentinels" consume "$queue.$end" one &
    first=$!
    "$@" "$programs/example_sentinels" consume "$queue.$end" two &
    second=$!
    "$@" "$programs/example_sentinels" produce "$queue.$end" alex
    if [ "$end" = end ]; then
        "$@" "$programs/example_sentinels" end "$queue.$end" 2
    else
        "$@" "$programs/example_sentinels" shutdown "$queue.$end"
    fi
    wait "$first"
    wait "$second"
done

"$@" "$programs/example_joinable" consume "$queue.joinable" daemon &
daemon=$!
"$@" "$programs/example_joinable" produce "$queue.joinable" alex
kill -KILL "$daemon"
wait "$daemon" || test $? -eq 137

"$@" "$programs/example_grid_put" "$queue.grid"
"$@" "$programs/example_grid_get" "$queue.grid"

# What is not a role is refused, with the usage.
for program in three_takers producer_consumer nonblocking bounded sentinels joinable; do
    "$@" "$programs/example_$program" no such role 2>/dev/null && exit 1
    test $? -eq 2
done
