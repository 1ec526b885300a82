// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"context"
	"runtime"

	"ipcq/internal/raw"
)

// TaskDone finishes the oldest unfinished item that this Queue took. That may be the wrong one if the Queue holds
// several, as after a failure or with several goroutines. Item.Done and Each name their item. A Queue opened with
// Strict answers ErrAmbiguous then, and finishes nothing.
func (q *Queue) TaskDone() error {
	return q.simple("task done", func(handle uintptr) int {
		if q.held != nil {
			return q.held.finishOnly(handle)
		}
		return raw.TaskDone(handle, raw.OLDEST)
	})
}

// Join waits until every item that was put is finished, or the context ends. Items of a process that died go back to
// the queue. So Join waits for the next process that takes them, never for the dead one.
func (q *Queue) Join(ctx context.Context) error {
	f := frames.Get().(*frame)
	defer frames.Put(f)
	return q.do(ctx, "join", &q.joining, (*frame).join, f)
}

func (f *frame) join(handle uintptr) int { return raw.Join(handle, raw.Address(&f.wait)) }

// ShutdownMode says what becomes of the items that nobody has taken yet.
type ShutdownMode int

const (
	Drain     = ShutdownMode(raw.DRAIN)     // getters take what is left, then ErrClosed
	Immediate = ShutdownMode(raw.IMMEDIATE) // what is left is discarded
)

// Shutdown ends the whole queue, in every process, for good. Putters get ErrClosed, and all waiting calls wake up.
// Immediate may follow Drain; the reverse changes nothing.
func (q *Queue) Shutdown(mode ShutdownMode) error {
	return q.simple("shutdown", func(handle uintptr) int { return raw.Shutdown(handle, int(mode)) })
}

// simple makes a call that does not wait.
func (q *Queue) simple(op string, call func(handle uintptr) int) error {
	code := raw.BADHANDLE
	if !q.closed.Load() {
		code = call(q.handle)
		runtime.KeepAlive(q)
	}
	return q.fail(op, code)
}
