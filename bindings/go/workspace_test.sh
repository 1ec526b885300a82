#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# usage: workspace_test.sh GO GO.WORK
#
# A file in a folder of its own, and a module of its own, find the package through the workspace.
set -eu
go=$1
export GOWORK=$2

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > program.go <<'END'
package main

import (
	"fmt"

	"ipcq"
)

func main() {
	queue, err := ipcq.OpenAnonymous()
	if err != nil {
		panic(err)
	}
	defer queue.Close()
	fmt.Println(queue.TryPut("found"))
	item, err := queue.TryGet()
	fmt.Println(item.Value, err)
}
END
expected='<nil>
found <nil>'

[ "$("$go" run program.go)" = "$expected" ]

# A module needs no line about ipcq in its go.mod while the workspace names both.
printf 'module program\n\ngo 1.19\n' > go.mod
sed "s|^use .*|&\nuse $folder|" "$GOWORK" > go.work
GOWORK=$folder/go.work
[ "$("$go" run .)" = "$expected" ]
echo "1 passed, 0 failed"
