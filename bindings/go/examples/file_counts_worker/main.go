// SPDX-License-Identifier: Apache-2.0

// Counts lines, words and bytes of the files that one queue names, and puts what it found into another one.
//
//	file_counts_worker WORK_QUEUE RESULT_QUEUE [hold]
//
// It ends when the work queue is shut down. With `hold` it takes one file, says so, and never finishes it. When it is
// killed, another worker gets the file.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"time"

	"ipcq"
)

type work struct {
	File string `msgpack:"file"`
}

type result struct {
	File       string `msgpack:"file"`
	Lines      int    `msgpack:"lines"`
	Words      int    `msgpack:"words"`
	Bytes      int    `msgpack:"bytes"`
	Language   string `msgpack:"language"`
	PID        int    `msgpack:"pid"`
	Deliveries int    `msgpack:"deliveries"`
}

// count counts as wc does in the C locale: a word begins with a printing character and ends with white space.
func count(text []byte) (lines, words int) {
	within := false
	for _, c := range text {
		switch {
		case c == '\n':
			lines++
			within = false
		case c == ' ' || '\t' <= c && c <= '\r':
			within = false
		case '!' <= c && c <= '~' && !within:
			words++
			within = true
		}
	}
	return lines, words
}

func main() {
	log.SetPrefix("file_counts_worker: ")
	log.SetFlags(0)
	hold := len(os.Args) == 4 && os.Args[3] == "hold"
	if len(os.Args) != 3 && !hold {
		fmt.Fprintln(os.Stderr, "usage: file_counts_worker WORK_QUEUE RESULT_QUEUE [hold]")
		os.Exit(2)
	}
	ctx := context.Background()
	jobs, err := ipcq.Open(os.Args[1], ipcq.Joinable())
	check(err)
	results, err := ipcq.Open(os.Args[2], ipcq.Plain())
	check(err)
	for {
		item, err := jobs.Get(ctx)
		if errors.Is(err, ipcq.ErrClosed) {
			return
		}
		check(err)
		var job work
		check(item.Decode(&job))
		if hold {
			fmt.Println("holding", job.File)
			time.Sleep(1<<63 - 1)
		}
		text, err := os.ReadFile(job.File)
		check(err)
		lines, words := count(text)
		check(results.Put(ctx, result{job.File, lines, words, len(text), "Go", os.Getpid(), item.Deliveries}))
		check(item.Done()) // after the result: a death between the two makes a second result, not none
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
