// SPDX-License-Identifier: Apache-2.0

// grid/put NAME puts one value of every kind.
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"ipcq"
	"ipcq/grid/values"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: put NAME")
		os.Exit(2)
	}
	queue, err := ipcq.Open(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	for _, value := range values.All {
		if err := queue.Put(context.Background(), value); err != nil {
			log.Fatal(err)
		}
	}
}
