// SPDX-License-Identifier: Apache-2.0

package ipcq_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync/atomic"
	"testing"
	"time"

	"ipcq"
	"ipcq/internal/raw"
)

var ctx = context.Background()

// A child process is this test program with a role and a queue's name.
var roles = map[string]func(q *ipcq.Queue) error{
	"take two and hang": takeTwoAndHang,
	"shut down":         func(q *ipcq.Queue) error { return q.Shutdown(ipcq.Drain) },
	"echo":              echo,
}

// Roles of a child process that has no queue.
var bareRoles = map[string]func() error{
	"leave nameless": leaveNameless,
}

func TestMain(m *testing.M) {
	if bare, ok := bareRoles[os.Getenv("IPCQ_TEST_ROLE")]; ok {
		fmt.Print(bare())
		os.Exit(0)
	}
	role, ok := roles[os.Getenv("IPCQ_TEST_ROLE")]
	if !ok {
		os.Exit(m.Run())
	}
	time.AfterFunc(time.Minute, func() { panic("watchdog: the child's parent forgot it") })
	q, err := ipcq.Open(os.Getenv("IPCQ_TEST_QUEUE"), ipcq.OpenOnly())
	if err == nil {
		err = role(q)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func child(t *testing.T, role string, q *ipcq.Queue) *exec.Cmd {
	t.Helper()
	process := exec.Command(must(os.Executable())(t))
	process.Env = append(os.Environ(), "IPCQ_TEST_ROLE="+role, "IPCQ_TEST_QUEUE="+q.Name())
	process.Stderr = os.Stderr
	check(t, process.Start())
	t.Cleanup(func() {
		process.Process.Kill()
		process.Wait()
	})
	return process
}

var names atomic.Int64

// fresh opens a queue of its own for the test, which removes it at its end.
func fresh(t testing.TB, opts ...ipcq.Option) *ipcq.Queue {
	t.Helper()
	name := fmt.Sprintf("go-test-%d-%d", os.Getpid(), names.Add(1))
	q, err := ipcq.Open(name, append(opts, ipcq.CreateOnly())...)
	check(t, err)
	t.Cleanup(func() {
		check(t, q.Close())
		check(t, ipcq.Unlink(name))
	})
	return q
}

// again opens another handle of the same queue.
func again(t testing.TB, q *ipcq.Queue, opts ...ipcq.Option) *ipcq.Queue {
	t.Helper()
	other, err := ipcq.Open(q.Name(), append(opts, ipcq.OpenOnly())...)
	check(t, err)
	t.Cleanup(func() { check(t, other.Close()) })
	return other
}

// putForeign puts what this package would not: any bytes as any type.
func putForeign(t *testing.T, q *ipcq.Queue, kind uint, data []byte) {
	t.Helper()
	handle := make([]uintptr, 1)
	if code := raw.Open(handle, q.Name(), 0, raw.OPEN_ONLY, 0, 0, 0, 0, make([]byte, 512)); code != raw.OK {
		t.Fatal(ipcq.Code(code))
	}
	defer raw.Close(handle[0])
	kept = data
	if code := raw.Put(handle[0], raw.Start(data), int64(len(data)), kind, raw.Address(&noWait)); code != raw.OK {
		t.Fatal(ipcq.Code(code))
	}
}

// Package variables lie where the library may look for them.
var (
	kept   []byte
	noWait raw.Wait
)

// received is what a Get in another goroutine answered.
type received struct {
	value any
	err   error
}

func (r received) must(t testing.TB) any {
	t.Helper()
	check(t, r.err)
	return r.value
}

func getting(ctx context.Context, q *ipcq.Queue) <-chan received {
	answer := make(chan received, 1)
	go func() {
		item, err := q.Get(ctx)
		answer <- received{item.Value, err}
	}()
	return answer
}

// until waits for a condition that has no event to wait for; the watchdog is go test's -timeout.
func until(t *testing.T, condition func() bool) {
	t.Helper()
	for !condition() {
		time.Sleep(time.Millisecond)
	}
}

func getterAsleep(t *testing.T, q *ipcq.Queue) func() bool {
	return func() bool { return must(q.Stats())(t).GettersWaiting > 0 }
}

func must[T any](value T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		check(t, err)
		return value
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func expect(t testing.TB, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Fatalf("expected %q, got %v", target, err)
	}
}
