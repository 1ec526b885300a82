// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"ipcq/internal/raw"
)

// Queue is this process's handle of a queue. Any number of goroutines may use it at once.
//
// A Queue that nothing refers to any more closes itself; an Item refers to its Queue.
type Queue struct {
	handle uintptr
	given  string                 // the name that it was opened by
	asked  atomic.Pointer[string] // the name of an anonymous queue, once Name was called

	putting, getting, joining turn

	held *inHand // of a joinable queue that was opened with Strict; else nil

	use    sync.RWMutex // read-locked while a goroutine waits inside the library, locked to end the tokens
	closed atomic.Bool
	close  sync.Once
}

// Open opens the queue of that name, making it if there is none. Names are 1 to 200 of A-Z a-z 0-9 . _ - without a
// leading dot.
func Open(name string, opts ...Option) (*Queue, error) {
	return open(name, false, opts)
}

// OpenAnonymous makes a queue that vanishes with its last participant. It has no name until Name gives it one, by which
// other processes open it.
func OpenAnonymous(opts ...Option) (*Queue, error) {
	return open("", true, opts)
}

func open(name string, anonymous bool, opts []Option) (*Queue, error) {
	var o options
	for _, option := range opts {
		option(&o)
	}
	if fault := o.fault(anonymous); fault != "" {
		return nil, &Error{Op: "open", Queue: name, Err: ErrInvalid, Detail: fault}
	}
	if strings.IndexByte(name, 0) >= 0 { // C would see a shorter name
		return nil, &Error{Op: "open", Queue: name, Err: ErrBadName, Detail: ErrBadName.sentence()}
	}
	nameless := 0
	if anonymous {
		nameless = 1
	}
	handle, message := make([]uintptr, 1), make([]byte, 1024)
	code := raw.Open(handle, name, nameless, o.flags, o.mode, uint64(o.maxItems), uint64(o.capacityBytes),
		uint(o.maxParticipants), message)
	if code != raw.OK {
		return nil, openError(name, Code(code), text(message), o.flags&raw.OPEN_ONLY != 0)
	}
	q, err := newQueue(handle[0], name)
	if err == nil && o.strict {
		err = q.countInHand()
	}
	if err != nil {
		return nil, err
	}
	return q, nil
}

// openError is the error of an Open, with the library's message, if there is one.
func openError(name string, code Code, message string, openOnly bool) error {
	detail := code.sentence()
	switch {
	case code == ErrNotFound && !openOnly:
		detail = noAnonymous // other names are made if they are missing
	case message != "":
		detail = code.reword(message, name)
	}
	return &Error{Op: "open", Queue: name, Err: code, Detail: detail}
}

// newQueue wraps a handle, which is closed if that fails.
func newQueue(handle uintptr, name string) (*Queue, error) {
	q := &Queue{handle: handle, given: name}
	runtime.SetFinalizer(q, (*Queue).Close)
	for _, t := range []*turn{&q.putting, &q.getting, &q.joining} {
		if !t.prepare() {
			q.Close()
			return nil, &Error{Op: "open", Err: ErrNoMemory, Detail: ErrNoMemory.sentence()}
		}
	}
	return q, nil
}

// Close ends this handle and nothing else: calls that wait in it return ErrBadHandle, as do later ones, unfinished
// items go back to the queue, the queue itself stays. Closing again does nothing.
func (q *Queue) Close() error {
	var err error
	q.close.Do(func() {
		q.closed.Store(true) // before the tokens: a goroutine that gets a turn after that does not begin to wait
		turns := []*turn{&q.putting, &q.getting, &q.joining}
		for _, t := range turns {
			t.cancel()
		}
		q.use.Lock()
		code := raw.Close(q.handle)
		for _, t := range turns {
			t.discard()
		}
		q.use.Unlock()
		runtime.SetFinalizer(q, nil)
		if code != raw.OK {
			err = &Error{Op: "close", Queue: q.knownName(), Err: Code(code), Detail: Code(code).sentence()}
		}
	})
	return err
}

// enter keeps the handle open, and the tokens there, until leave; false if it is closed. Between the two q is
// reachable, so that no finalizer closes it under the library. A call that does not wait does without: the library
// itself knows a closed handle.
func (q *Queue) enter() bool {
	if q.closed.Load() {
		return false // does not wait for those inside
	}
	q.use.RLock()
	if q.closed.Load() {
		q.use.RUnlock()
		return false
	}
	return true
}

func (q *Queue) leave() { q.use.RUnlock() }

// Name is the queue's name. An anonymous queue gets its name, a random one, by the first call of Name in any process.
// It is "" if that call fails: the Queue is closed, or the process has given up the rights of the queue's owner.
func (q *Queue) Name() string {
	if name := q.knownName(); name != "" || q.handle == 0 || q.closed.Load() {
		return name
	}
	buffer := make([]byte, 256)
	if raw.Name(q.handle, buffer) != raw.OK {
		return ""
	}
	runtime.KeepAlive(q)
	name := text(buffer)
	q.asked.Store(&name)
	return name
}

// knownName is the name as far as it is known here, else "". Nobody learns of an anonymous queue by it.
func (q *Queue) knownName() string {
	if name := q.asked.Load(); name != nil {
		return *name
	}
	return q.given
}

func (q *Queue) String() string {
	if name := q.knownName(); name != "" {
		return fmt.Sprintf("ipcq.Queue(%q)", name)
	}
	return "ipcq.Queue(anonymous)"
}

// Unlink removes the name. Processes that have the queue open go on with it; the next Open makes a new one.
func Unlink(name string) error {
	code := raw.BADNAME
	if strings.IndexByte(name, 0) < 0 {
		code = raw.Unlink(name)
	}
	if code == raw.OK {
		return nil
	}
	detail := Code(code).sentence()
	switch code {
	case raw.NOTFOUND:
		detail = noSuchName
	case raw.DENIED:
		detail = notUnlinked
	}
	return &Error{Op: "unlink", Queue: name, Err: Code(code), Detail: detail}
}
