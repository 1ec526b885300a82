#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# usage: readme_test.sh GO
#
# The program of the README, run in a module of its own by each of the README's lists of commands.
set -eu
go=$1
here=$(cd "$(dirname "$0")" && pwd)

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/bin"
ln -s "$(command -v "$go")" "$folder/bin/go"
PATH=$folder/bin:$PATH
export GOPROXY=off # what it needs was fetched with the package's own needs

# block KIND NUMBER: a code block of the README, with this tree's paths.
block() {
    awk -v kind="\`\`\`$1" -v number="$2" '
        inside && /^```$/ { exit }
        inside { print }
        $0 == kind && ++seen == number { inside = 1 }' "$here/README.md" |
        sed "s|/path/to/libipcq/bindings/go|$here|"
}

name=readme-go-$$
passed=0
# The first block installs packages; tests/install/fresh_root runs it.
for number in 2 3; do
    mkdir -p "$folder/$number/hello"
    cd "$folder/$number/hello"
    block go 1 | sed "s/greetings/$name/" > main.go
    [ "$number" = 2 ] || go mod init hello 2> /dev/null
    block sh "$number" > commands
    [ "$(sh -e ./commands 2> log | tail -n 1)" = 'map[age:15 name:alex]' ] || { cat log; exit 1; }
    [ ! -e "/dev/shm/ipcq.$name" ] || { echo "the program leaves its queue"; exit 1; }
    passed=$((passed + 1))
done
echo "$passed passed, 0 failed"
