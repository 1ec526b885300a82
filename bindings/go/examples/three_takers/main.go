// SPDX-License-Identifier: Apache-2.0

// 150,000 numbers are put first. Then three processes take 50,000 each.
//
//	three_takers                     all roles
//	three_takers put NAME [COUNT]    one role, in a queue that programs in other languages can open
//	three_takers take NAME [COUNT]
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/exec"
	"strconv"

	"ipcq"
)

var ctx = context.Background()

func put(queue *ipcq.Queue, count int) {
	for number := 0; number < count; number++ {
		check(queue.Put(ctx, number))
	}
}

func take(queue *ipcq.Queue, count int) (sum int64) {
	for ; count > 0; count-- {
		item := must(queue.Get(ctx))
		sum += item.Value.(int64)
	}
	return sum
}

func main() {
	if len(os.Args) == 1 {
		story()
		return
	}
	role := os.Args[1]
	count := map[string]int{"put": 150_000, "take": 50_000}[role]
	if count == 0 || len(os.Args) < 3 || len(os.Args) > 5 {
		usage()
	}
	if len(os.Args) > 3 {
		var err error
		if count, err = strconv.Atoi(os.Args[3]); err != nil {
			usage()
		}
	}
	queue := must(ipcq.Open(os.Args[2]))
	if role == "put" {
		put(queue, count)
		return
	}
	sum := take(queue, count)
	fmt.Printf("process %d took %d numbers\n", os.Getpid(), count)
	if len(os.Args) > 4 { // for the run of all roles
		check(must(ipcq.Open(os.Args[4])).Put(ctx, sum))
	}
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: three_takers [put NAME [COUNT] | take NAME [COUNT]]")
	os.Exit(2)
}

func story() {
	queue, sums := must(ipcq.OpenAnonymous()), must(ipcq.OpenAnonymous())
	defer queue.Close()
	defer sums.Close()
	put(queue, 150_000)
	var takers []*exec.Cmd
	for i := 0; i < 3; i++ {
		takers = append(takers, start("take", queue.Name(), "50000", sums.Name()))
	}
	for _, taker := range takers {
		check(taker.Wait())
	}
	if take(sums, 3) != 150_000*149_999/2 || !must(queue.Empty()) {
		log.Fatal("numbers are missing")
	}
	fmt.Println("every number was taken once")
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
