// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"context"
	"runtime"
	"time"

	"ipcq/internal/raw"
)

// turn lets the goroutines that wait for the same thing wait one at a time inside the library, where each costs a
// thread. The others wait for their turn on a channel. That costs no thread, and ends at once with their context.
type turn struct {
	taken chan struct{} // holds one value while a goroutine has the turn
	token uintptr       // ends that goroutine's wait; in C memory, from prepare to discard
}

func (t *turn) prepare() bool {
	t.taken = make(chan struct{}, 1)
	t.token = raw.NewToken()
	return t.token != 0
}

func (t *turn) cancel() { raw.Cancel(t.token) } // a token that was never made answers INVALID

func (t *turn) discard() { raw.FreeToken(t.token) }

// watch sets the token when done is closed. The returned function ends that and leaves the token as it was before.
func (t *turn) watch(done <-chan struct{}) (stop func()) {
	if done == nil {
		return func() {}
	}
	quit, set := make(chan struct{}), make(chan bool)
	go func() {
		select {
		case <-done:
			t.cancel()
			set <- true
		case <-quit:
			set <- false
		}
	}()
	return func() {
		close(quit)
		if <-set {
			raw.RearmToken(t.token)
		}
	}
}

// request is one call of the library that may wait: it makes it as often as needed, as its frame says to wait.
type request func(f *frame, handle uintptr) (code int)

// How a call waits that does not. The library reads it, nobody writes it.
var notAtAll = raw.Wait{Deadline: raw.NOWAIT}

// try makes the request without waiting.
func (q *Queue) try(r request, f *frame) (code int) {
	if q.closed.Load() {
		return raw.BADHANDLE
	}
	f.wait = notAtAll
	code = r(f, q.handle) // which knows, too, when the handle is closed meanwhile
	runtime.KeepAlive(q)  // no finalizer closes it during the call
	return code
}

// do makes the request and waits, if it must, until the context ends.
func (q *Queue) do(ctx context.Context, op string, t *turn, r request, f *frame) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	code := q.try(r, f)
	if !wouldWait(code) {
		return q.fail(op, code)
	}
	return q.wait(ctx, op, t, r, f)
}

// wait makes the request in turn t, waiting until the context ends.
func (q *Queue) wait(ctx context.Context, op string, t *turn, r request, f *frame) error {
	select {
	case t.taken <- struct{}{}:
		defer func() { <-t.taken }()
	case <-ctx.Done():
		return ctx.Err()
	}
	code := q.await(ctx, t, r, f)
	if code == raw.CANCELLED {
		if err := ctx.Err(); err != nil {
			return err
		}
		code = raw.BADHANDLE // else it was Close
	}
	if wouldWait(code) { // the deadline passed before the wait began
		code = raw.TIMEDOUT
	}
	return q.fail(op, code)
}

// await makes the request inside the library, holding a thread while it waits.
func (q *Queue) await(ctx context.Context, t *turn, r request, f *frame) (code int) {
	if !q.enter() {
		return raw.BADHANDLE
	}
	defer q.leave() // after the watcher's end: then Close may free the token
	f.wait = raw.Wait{Deadline: deadline(ctx), Token: t.token}
	stop := t.watch(ctx.Done())
	defer stop()
	return r(f, q.handle)
}

func wouldWait(code int) bool {
	return code == raw.EMPTY || code == raw.FULL || code == raw.BUSY || code == raw.TIMEDOUT
}

func deadline(ctx context.Context) int64 {
	if at, ok := ctx.Deadline(); ok {
		return raw.Deadline(time.Until(at).Seconds())
	}
	return raw.FOREVER
}
