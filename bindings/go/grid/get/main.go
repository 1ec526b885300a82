// SPDX-License-Identifier: Apache-2.0

// grid/get NAME takes one value of every kind and says which did not arrive as Go's own.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"reflect"
	"time"

	"ipcq"
	"ipcq/grid/values"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: get NAME")
		os.Exit(2)
	}
	queue, err := ipcq.Open(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	wrong := 0
	for number, expected := range values.All {
		item, err := queue.Get(ctx)
		if err != nil {
			log.Fatalf("value %d (%#v): %v", number, expected, err)
		}
		if !reflect.DeepEqual(item.Value, expected) {
			log.Printf("value %d: expected %#v, got %#v", number, expected, item.Value)
			wrong++
		}
	}
	if wrong > 0 {
		os.Exit(1)
	}
}
