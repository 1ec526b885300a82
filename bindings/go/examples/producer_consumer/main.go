// SPDX-License-Identifier: Apache-2.0

// One process puts ten numbers, another one gets them. The getter starts first and waits.
//
//	producer_consumer             all roles
//	producer_consumer put NAME    one role, in a queue that programs in other languages can open
//	producer_consumer get NAME
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/exec"

	"ipcq"
)

var ctx = context.Background()

func put(queue *ipcq.Queue) {
	for number := 0; number < 10; number++ {
		check(queue.Put(ctx, number))
		fmt.Println("put", number)
	}
}

func get(queue *ipcq.Queue) {
	for number := int64(0); number < 10; number++ {
		item := must(queue.Get(ctx))
		fmt.Println("got", item.Value)
		if item.Value != number {
			log.Fatalf("expected %d", number)
		}
	}
}

func main() {
	switch {
	case len(os.Args) == 1:
		story()
	case len(os.Args) == 3 && os.Args[1] == "put":
		put(must(ipcq.Open(os.Args[2])))
	case len(os.Args) == 3 && os.Args[1] == "get":
		get(must(ipcq.Open(os.Args[2])))
	default:
		usage()
	}
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: producer_consumer [put NAME | get NAME]")
	os.Exit(2)
}

func story() {
	queue := must(ipcq.OpenAnonymous())
	getter := start("get", queue.Name())
	putter := start("put", queue.Name())
	check(getter.Wait())
	check(putter.Wait())
	for i := 0; i < 3; i++ {
		check(queue.Put(ctx, 1))
	}
	fmt.Println(queue, "holds", must(queue.Len()), "items")
	check(queue.Close())
}

// start runs this program again, as a process with one role.
func start(part ...string) *exec.Cmd {
	process := exec.Command(must(os.Executable()), part...)
	process.Stdout, process.Stderr = os.Stdout, os.Stderr
	check(process.Start())
	return process
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
