// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"

	"ipcq/internal/raw"
)

// ErrMalformed is the error of an item that is no portable value, although it says so. The item has been taken: it is
// answered, and is the error's Item. Its Bytes are there. On a joinable queue it waits for Done or Nack like any other.
var ErrMalformed = errors.New("ipcq: the item is no portable value")

func unreadable(reason error) string {
	return fmt.Sprintf("the item was taken and cannot be read, %v: its Bytes are there, mend its producer", reason)
}

// Error tells which operation failed on which queue. It wraps a Code, ErrUnportable, ErrMalformed, or what MessagePack
// said in Decode.
//
// Two answers that programs expect come bare, without an Error around them: ErrEmpty and ErrClosed. So do
// context.Canceled and context.DeadlineExceeded.
type Error struct {
	Op     string
	Queue  string // "" of an anonymous queue whose Name was never asked for
	Err    error
	Detail string // the sentence to show instead of Err's; may be empty
	Item   *Item  // of ErrMalformed: what was taken
}

func (e *Error) Error() string {
	sentence := e.Detail
	if sentence == "" {
		sentence = e.Err.Error()
	}
	if e.Queue == "" {
		return fmt.Sprintf("ipcq: %s: %s", e.Op, sentence)
	}
	return fmt.Sprintf("ipcq: %s %q: %s", e.Op, e.Queue, sentence)
}

func (e *Error) Unwrap() error { return e.Err }

// fail makes the error of a code that the library answered; nil for OK.
func (q *Queue) fail(op string, code int) error {
	if code == raw.OK {
		return nil
	}
	return q.failure(op, code)
}

// failure is the rest of fail, which is small for the compiler's sake: most calls succeed.
func (q *Queue) failure(op string, code int) error {
	switch code {
	case raw.EMPTY:
		return ErrEmpty
	case raw.CLOSED:
		return ErrClosed
	case raw.TIMEDOUT:
		return context.DeadlineExceeded
	}
	return &Error{Op: op, Queue: q.knownName(), Err: Code(code), Detail: q.describe(code)}
}

// describe asks the library for the sentence with this queue's own numbers in it.
func (q *Queue) describe(code int) string {
	if q.handle == 0 {
		return neverOpened
	}
	buffer := make([]byte, 1024)
	if !q.closed.Load() && raw.Describe(q.handle, code, buffer) == raw.OK {
		runtime.KeepAlive(q)
		return Code(code).reword(text(buffer), q.knownName())
	}
	return Code(code).sentence()
}

// text is the C string at the start of the buffer.
func text(buffer []byte) string {
	if end := bytes.IndexByte(buffer, 0); end >= 0 {
		buffer = buffer[:end]
	}
	return string(buffer)
}
