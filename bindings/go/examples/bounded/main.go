// SPDX-License-Identifier: Apache-2.0

// A queue has room for three items. A text, a list and a map fill it, and three gets empty it.
//
//	bounded             all roles
//	bounded put NAME    one role, in a queue that programs in other languages can open
//	bounded get NAME
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"reflect"

	"ipcq"
)

var ctx = context.Background()

func put(queue *ipcq.Queue) {
	check(queue.Put(ctx, "hello"))
	check(queue.Put(ctx, []int{1, 2, 3, 4}))
	check(queue.Put(ctx, map[string]any{"name": "alex", "age": 15}))
	fmt.Println("full:", must(queue.Full()))
}

func get(queue *ipcq.Queue) (values []any) {
	for len(values) < 3 {
		item := must(queue.Get(ctx))
		fmt.Println(item.Value)
		values = append(values, item.Value)
	}
	fmt.Println("empty:", must(queue.Empty()))
	return values
}

func main() {
	switch {
	case len(os.Args) == 1:
		story()
	case len(os.Args) == 3 && os.Args[1] == "put":
		put(must(ipcq.Open(os.Args[2], ipcq.MaxItems(3))))
	case len(os.Args) == 3 && os.Args[1] == "get":
		get(must(ipcq.Open(os.Args[2], ipcq.MaxItems(3))))
	default:
		usage()
	}
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: bounded [put NAME | get NAME]")
	os.Exit(2)
}

func story() {
	queue := must(ipcq.OpenAnonymous(ipcq.MaxItems(3)))
	defer queue.Close()
	put(queue)
	if err := queue.TryPut("a fourth"); !errors.Is(err, ipcq.ErrFull) {
		log.Fatal("expected the queue to be full: ", err)
	}
	expected := []any{
		"hello",
		[]any{int64(1), int64(2), int64(3), int64(4)},
		map[string]any{"name": "alex", "age": int64(15)},
	}
	if !reflect.DeepEqual(get(queue), expected) || !must(queue.Empty()) {
		log.Fatal("expected the three items and nothing else")
	}
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
