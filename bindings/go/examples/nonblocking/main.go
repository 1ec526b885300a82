// SPDX-License-Identifier: Apache-2.0

// A getter that does not wait gets the answer that the queue is empty.
//
//	nonblocking             all roles
//	nonblocking put NAME    one role, in a queue that programs in other languages can open
//	nonblocking get NAME    takes what is there
package main

import (
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"

	"ipcq"
)

func put(queue *ipcq.Queue) {
	for number := 0; number < 10; number++ {
		check(queue.TryPut(number))
		fmt.Println("put", number)
	}
}

func get(queue *ipcq.Queue) (numbers []any) {
	for {
		item, err := queue.TryGet()
		if errors.Is(err, ipcq.ErrEmpty) {
			fmt.Printf("empty, after %d numbers\n", len(numbers))
			return numbers
		}
		check(err)
		fmt.Println("got", item.Value)
		numbers = append(numbers, item.Value)
	}
}

func main() {
	if len(os.Args) == 1 {
		story()
		return
	}
	roles := map[string]func(*ipcq.Queue){"put": put, "get": func(queue *ipcq.Queue) { get(queue) }}
	if len(os.Args) != 3 || roles[os.Args[1]] == nil {
		usage()
	}
	roles[os.Args[1]](must(ipcq.Open(os.Args[2])))
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: nonblocking [put NAME | get NAME]")
	os.Exit(2)
}

func story() {
	queue := must(ipcq.OpenAnonymous())
	defer queue.Close()
	before := get(queue)
	check(start("put", queue.Name()).Wait())
	after := get(queue)
	if len(before) != 0 || fmt.Sprint(after) != "[0 1 2 3 4 5 6 7 8 9]" {
		log.Fatal("expected nothing, then ten numbers")
	}
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
