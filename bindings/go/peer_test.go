// SPDX-License-Identifier: Apache-2.0

package ipcq_test

import (
	"bufio"
	"encoding/gob"
	"errors"
	"io"
	"os"
	"os/exec"
	"testing"

	"ipcq"
)

// What a Go program would use without this package: encoding/gob over os.Pipe. One process puts, another one gets.

// job is a small value.
type job struct {
	Name string `msgpack:"name"`
	Size int    `msgpack:"size"`
}

func BenchmarkNumbersToAProcess(b *testing.B) { toAProcess(b, func(i int) any { return i }) }

func BenchmarkNumbersToAProcessByPipeAndGob(b *testing.B) {
	byPipe(b, func(to *gob.Encoder, i int) error { return to.Encode(i) }, "get numbers from a pipe")
}

func BenchmarkStructsToAProcess(b *testing.B) {
	toAProcess(b, func(i int) any { return job{"a small one", i} })
}

func BenchmarkStructsToAProcessByPipeAndGob(b *testing.B) {
	byPipe(b, func(to *gob.Encoder, i int) error { return to.Encode(job{"a small one", i}) }, "get structs from a pipe")
}

func toAProcess(b *testing.B, value func(i int) any) {
	q := fresh(b)
	peer := getter(b, q, "get until the end", nil)
	for i := 0; i < b.N; i++ {
		if err := q.Put(ctx, value(i)); err != nil {
			b.Fatal(err)
		}
	}
	check(b, q.Shutdown(ipcq.Drain))
	check(b, peer.Wait())
}

func byPipe(b *testing.B, encode func(to *gob.Encoder, i int) error, role string) {
	from, to, err := os.Pipe()
	check(b, err)
	peer, encoder := getter(b, fresh(b), role, from), gob.NewEncoder(to)
	check(b, from.Close())
	for i := 0; i < b.N; i++ {
		if err := encode(encoder, i); err != nil {
			b.Fatal(err)
		}
	}
	check(b, to.Close())
	check(b, peer.Wait())
}

// getter starts a process that is about to get, and the clock.
func getter(b *testing.B, q *ipcq.Queue, role string, pipe *os.File) *exec.Cmd {
	peer := exec.Command(must(os.Executable())(b))
	peer.Env = append(os.Environ(), "IPCQ_TEST_ROLE="+role, "IPCQ_TEST_QUEUE="+q.Name())
	peer.Stderr = os.Stderr
	peer.ExtraFiles = []*os.File{pipe}
	ready := must(peer.StdoutPipe())(b)
	check(b, peer.Start())
	b.Cleanup(func() { peer.Process.Kill() })
	must(io.ReadFull(ready, make([]byte, 1)))(b)
	b.ResetTimer()
	return peer
}

func init() {
	roles["get until the end"] = func(q *ipcq.Queue) error {
		os.Stdout.WriteString("!")
		for {
			if _, err := q.Get(ctx); errors.Is(err, ipcq.ErrClosed) {
				return nil
			} else if err != nil {
				return err
			}
		}
	}
	roles["get numbers from a pipe"] = func(*ipcq.Queue) error {
		return decodeAll(func(from *gob.Decoder) error { return from.Decode(new(int)) })
	}
	roles["get structs from a pipe"] = func(*ipcq.Queue) error {
		return decodeAll(func(from *gob.Decoder) error { return from.Decode(new(job)) })
	}
}

func decodeAll(decode func(from *gob.Decoder) error) error {
	os.Stdout.WriteString("!")
	from := gob.NewDecoder(bufio.NewReader(os.NewFile(3, "pipe")))
	for {
		if err := decode(from); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}
