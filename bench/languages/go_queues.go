// SPDX-License-Identifier: Apache-2.0

// One round of Go's ways between processes with small ints, each printed as one line of JSON. The ways are ipcq, and
// os.Pipe with encoding/gob. One gob encoder and one decoder serve the whole stream, as its documentation says, so the
// type is described once. One producer, one consumer, each a process of its own. Then, in one process, put and get of
// bytes in turn, into memory that is there, beside two cgo calls that are given a pointer and do nothing.
//
//	go_queues 1:1 SECONDS TURN
package main

/*
static void nothing(void *data) { (void)data; }
*/
import "C"

import (
	"context"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"time"
	"unsafe"

	"ipcq"
)

const firstItems = 4000

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// One end of a stream of ints.
type sender func(int64) error
type receiver func() (int64, error)

// Where a child finds what its parent gave it: the gate, and the pipe of items.
const (
	gateDescriptor  = 3
	itemsDescriptor = 4
)

func ends(peer, name string) (sender, receiver) {
	if peer == "ipcq" {
		queue, err := ipcq.Open(name)
		must(err)
		ctx := context.Background()
		return func(number int64) error { return queue.Put(ctx, number) },
			func() (int64, error) {
				item, err := queue.Get(ctx)
				if err != nil {
					return 0, err
				}
				return item.Value.(int64), nil
			}
	}
	items := os.NewFile(itemsDescriptor, "items")
	encoder, decoder := gob.NewEncoder(items), gob.NewDecoder(items)
	return func(number int64) error { return encoder.Encode(number) },
		func() (number int64, err error) { err = decoder.Decode(&number); return number, err }
}

// A child's life: it is ready, waits for the gate, works, and tells when it was finished and what it had.
func live(role, peer, name string, count int64) {
	send, receive := ends(peer, name)
	fmt.Println("ready")
	_, _ = os.NewFile(gateDescriptor, "gate").Read(make([]byte, 1))
	var total int64
	for number := int64(0); number < count; number++ {
		if role == "produce" {
			must(send(number))
			continue
		}
		got, err := receive()
		must(err)
		total += got
	}
	fmt.Println(time.Now().UnixNano(), total)
}

func secondsFor(peer string, count int64) (float64, error) {
	name := fmt.Sprintf("bench-go-%d", os.Getpid())
	if peer == "ipcq" {
		queue, err := ipcq.Open(name)
		must(err)
		defer ipcq.Unlink(name)
		defer queue.Close()
	}
	gateReader, gateWriter, err := os.Pipe()
	must(err)
	itemsReader, itemsWriter, err := os.Pipe()
	must(err)
	reports := map[string]*os.File{}
	commands := []*exec.Cmd{}
	for role, items := range map[string]*os.File{"produce": itemsWriter, "consume": itemsReader} {
		report, reportWriter, err := os.Pipe()
		must(err)
		command := exec.Command(os.Args[0], role, peer, name, strconv.FormatInt(count, 10))
		command.Stdout, command.Stderr = reportWriter, os.Stderr
		command.ExtraFiles = []*os.File{gateReader, items}
		must(command.Start())
		must(reportWriter.Close())
		commands = append(commands, command)
		reports[role] = report
	}
	for _, file := range []*os.File{gateReader, itemsReader, itemsWriter} {
		must(file.Close())
	}
	for _, report := range reports {
		var ready string
		if _, err := fmt.Fscanln(report, &ready); err != nil {
			return 0, err
		}
	}
	start := time.Now().UnixNano()
	must(gateWriter.Close())
	var finished, total int64
	if _, err := fmt.Fscanln(reports["consume"], &finished, &total); err != nil {
		return 0, err
	}
	for _, command := range commands {
		if err := command.Wait(); err != nil {
			return 0, err
		}
	}
	if total != count*(count-1)/2 {
		return 0, fmt.Errorf("the items that came are not those that were put")
	}
	return float64(finished-start) / 1e9, nil
}

func rate(peer string, seconds float64) (float64, error) {
	first, err := secondsFor(peer, firstItems)
	if err != nil {
		return 0, err
	}
	count := int64(firstItems*seconds/first) + 1
	took, err := secondsFor(peer, count)
	return float64(count) / took / 1e6, err
}

// Nanoseconds for two crossings, with and without a queue behind them.
func crossing(peer string, seconds float64) (float64, error) {
	const pairs = 1000
	data, buffer := make([]byte, 8), make([]byte, 8)
	pair := func() error {
		C.nothing(unsafe.Pointer(&data[0]))
		C.nothing(unsafe.Pointer(&data[0]))
		return nil
	}
	if peer == "ipcq" {
		queue, err := ipcq.OpenAnonymous()
		must(err)
		defer queue.Close()
		pair = func() error {
			if err := queue.TryPutBytes(data); err != nil {
				return err
			}
			_, err := queue.TryGetBytes(buffer)
			return err
		}
	}
	count := 0
	begin := time.Now()
	for time.Since(begin).Seconds() < seconds {
		for i := 0; i < pairs; i++ {
			if err := pair(); err != nil {
				return 0, err
			}
		}
		count += pairs
	}
	return float64(time.Since(begin).Nanoseconds()) / float64(count), nil
}

func tell(section, peer, cell, unit string, value float64, err error) {
	line := map[string]any{"section": section, "peer": peer, "cell": cell, "value": value, "unit": unit}
	if err != nil {
		delete(line, "value")
		line["failed"] = err.Error()
	}
	must(json.NewEncoder(os.Stdout).Encode(line))
}

func main() {
	if len(os.Args) == 5 {
		count, err := strconv.ParseInt(os.Args[4], 10, 64)
		must(err)
		live(os.Args[1], os.Args[2], os.Args[3], count)
		return
	}
	seconds, err := strconv.ParseFloat(os.Args[2], 64)
	must(err)
	turn, err := strconv.Atoi(os.Args[3])
	must(err)
	for i := 0; i < 2; i++ {
		peer := []string{"ipcq", "os.Pipe"}[(i+turn)%2]
		value, err := rate(peer, seconds)
		tell("go", peer, os.Args[1], "M items/s", value, err)
	}
	for i := 0; i < 2; i++ {
		peer := []string{"ipcq", "cgo"}[(i+turn)%2]
		value, err := crossing(peer, seconds/3)
		tell("go-crossing", peer, os.Args[1], "ns a pair", value, err)
	}
}
