// SPDX-License-Identifier: Apache-2.0

// Three producers and two consumers, and two ways to tell the consumers that no more items come. One way is a sentinel,
// nil, for each consumer. The better way is a shutdown, which needs no count of consumers.
//
//	sentinels                       all roles, ended in both ways
//	sentinels produce NAME WHO      one role, in a queue that programs in other languages can open
//	sentinels consume NAME WHO      until a nil or the shutdown comes
//	sentinels end NAME CONSUMERS    puts one nil for each consumer
//	sentinels shutdown NAME
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"
	"strconv"

	"ipcq"
)

var ctx = context.Background()

func produce(queue *ipcq.Queue, who string) {
	for number := 0; number < 10; number++ {
		check(queue.Put(ctx, fmt.Sprintf("bun %d of %s", number, who)))
		fmt.Printf("%s made bun %d\n", who, number)
	}
}

func consume(queue *ipcq.Queue, who string) (eaten int64) {
	for {
		item, err := queue.Get(ctx)
		if errors.Is(err, ipcq.ErrClosed) {
			return eaten
		}
		check(err)
		if item.Value == nil {
			return eaten
		}
		fmt.Println(who, "ate", item.Value)
		eaten++
	}
}

func end(queue *ipcq.Queue, consumers int) {
	for ; consumers > 0; consumers-- {
		check(queue.Put(ctx, nil))
	}
}

func shutdown(queue *ipcq.Queue) { check(queue.Shutdown(ipcq.Drain)) }

func main() {
	if len(os.Args) == 1 {
		story(func(queue *ipcq.Queue) { end(queue, 2) })
		fmt.Println("ended by sentinels")
		story(shutdown)
		fmt.Println("ended by shutdown")
		return
	}
	words := map[string]int{"produce": 4, "consume": 4, "end": 4, "shutdown": 3}[os.Args[1]]
	more := os.Args[1] == "consume" && len(os.Args) == 5 // for the run of all roles
	if words == 0 || len(os.Args) != words && !more {
		usage()
	}
	consumers := 0
	if os.Args[1] == "end" {
		var err error
		if consumers, err = strconv.Atoi(os.Args[3]); err != nil {
			usage()
		}
	}
	queue := must(ipcq.Open(os.Args[2]))
	switch os.Args[1] {
	case "produce":
		produce(queue, os.Args[3])
	case "consume":
		eaten := consume(queue, os.Args[3])
		if more {
			check(must(ipcq.Open(os.Args[4])).Put(ctx, eaten))
		}
	case "end":
		end(queue, consumers)
	case "shutdown":
		shutdown(queue)
	}
}

func usage() {
	fmt.Fprintln(os.Stderr,
		"usage: sentinels [produce NAME WHO | consume NAME WHO | end NAME CONSUMERS | shutdown NAME]")
	os.Exit(2)
}

func story(finish func(*ipcq.Queue)) {
	queue, counts := must(ipcq.OpenAnonymous()), must(ipcq.OpenAnonymous())
	defer queue.Close()
	defer counts.Close()
	var producers, consumers []*exec.Cmd
	for _, who := range []string{"alex", "peiqi", "egon"} {
		producers = append(producers, start("produce", queue.Name(), who))
	}
	for _, who := range []string{"xiaoming", "xiaohong"} {
		consumers = append(consumers, start("consume", queue.Name(), who, counts.Name()))
	}
	for _, producer := range producers {
		check(producer.Wait())
	}
	finish(queue)
	eaten := int64(0)
	for _, consumer := range consumers {
		check(consumer.Wait())
		eaten += must(counts.Get(ctx)).Value.(int64)
	}
	if eaten != 30 {
		log.Fatalf("%d of 30 buns were eaten", eaten)
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
