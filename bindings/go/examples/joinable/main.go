// SPDX-License-Identifier: Apache-2.0

// Three producers put two buns each, and wait in Join until every bun is finished. The consumers would wait for ever,
// so the main process ends them.
//
//	joinable                     all roles
//	joinable produce NAME WHO    one role, in a queue that programs in other languages can open
//	joinable consume NAME WHO    until the queue is shut down
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

func produce(queue *ipcq.Queue, who string) {
	for number := 0; number < 2; number++ {
		check(queue.Put(ctx, fmt.Sprintf("bun %d of %s", number, who)))
		fmt.Printf("%s made bun %d\n", who, number)
	}
	check(queue.Join(ctx))
	fmt.Println(who, "knows that every bun is eaten")
}

func consume(queue *ipcq.Queue, who string) {
	check(queue.Each(ctx, func(bun ipcq.Item) error {
		fmt.Println(who, "ate", bun.Value)
		return nil // the bun is finished; an error would give it back
	}))
}

func main() {
	switch {
	case len(os.Args) == 1:
		story()
	case len(os.Args) == 4 && os.Args[1] == "produce":
		produce(must(ipcq.Open(os.Args[2], ipcq.Joinable())), os.Args[3])
	case len(os.Args) == 4 && os.Args[1] == "consume":
		consume(must(ipcq.Open(os.Args[2], ipcq.Joinable())), os.Args[3])
	default:
		usage()
	}
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: joinable [produce NAME WHO | consume NAME WHO]")
	os.Exit(2)
}

func story() {
	queue := must(ipcq.OpenAnonymous(ipcq.Joinable()))
	defer queue.Close()
	var producers, consumers []*exec.Cmd
	for _, who := range []string{"producer 1", "producer 2", "producer 3"} {
		producers = append(producers, start("produce", queue.Name(), who))
	}
	for _, who := range []string{"consumer 1", "consumer 2"} {
		consumers = append(consumers, start("consume", queue.Name(), who))
	}
	for _, producer := range producers {
		check(producer.Wait())
	}
	for _, daemon := range consumers {
		check(daemon.Process.Kill())
		daemon.Wait() // says that it was killed, as it was
	}
	if stats := must(queue.Stats()); stats.Puts != 6 || stats.Dones != 6 {
		log.Fatalf("%d buns made, %d eaten", stats.Puts, stats.Dones)
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
