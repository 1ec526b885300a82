// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"context"

	"ipcq/internal/raw"
)

// Reservation is memory inside the queue, to be written and then committed, so that a large item is not copied. Nobody
// sees it before; if the process dies, it is free again. It is for large items and short times: it takes 4 KiB at
// least.
//
// It refers to its Queue. One goroutine at a time may use it.
type Reservation struct {
	queue   *Queue
	address uintptr
	bytes   []byte // nil at its end
}

// Reserve waits for room for raw bytes, `size` at most, until the context ends.
func (q *Queue) Reserve(ctx context.Context, size int) (*Reservation, error) {
	f := frames.Get().(*frame)
	defer frames.Put(f)
	f.size = size
	if err := q.do(ctx, "reserve", &q.putting, (*frame).reserve, f); err != nil {
		return nil, err
	}
	return &Reservation{q, f.address, raw.Memory(f.address, size)}, nil
}

func (f *frame) reserve(handle uintptr) int {
	return raw.Reserve(handle, int64(f.size), raw.Address(&f.address), raw.Address(&f.wait))
}

// Bytes is the memory. What it holds at first means nothing.
//
// It is shared memory, of which Go's collector knows nothing. After Commit, after Abandon and after the Queue's Close,
// neither this slice nor any part of it may be used again. Its memory is another item by then, or is not mapped, and a
// touch ends the program. The slice keeps nothing alive: the Reservation must be referred to as long as the slice is
// used, which a Commit or Abandon at the end does. After these, Bytes is nil.
func (r *Reservation) Bytes() []byte { return r.bytes }

// Commit makes the first `size` bytes the next item of the queue. It may wait for room by items, until the context
// ends. After any error but ErrNotReserved the memory stays reserved.
func (r *Reservation) Commit(ctx context.Context, size int) error {
	if r.bytes == nil {
		return r.over("commit")
	}
	f := frames.Get().(*frame)
	defer frames.Put(f)
	f.address, f.size = r.address, size
	err := r.queue.do(ctx, "commit", &r.queue.putting, (*frame).commit, f)
	return r.end(err)
}

func (f *frame) commit(handle uintptr) int {
	return raw.Commit(handle, f.address, int64(f.size), raw.TYPE_BYTES, raw.Address(&f.wait))
}

// Abandon gives the memory back unused.
func (r *Reservation) Abandon() error {
	if r.bytes == nil {
		return r.over("abandon")
	}
	return r.end(r.queue.simple("abandon", func(handle uintptr) int { return raw.Abandon(handle, r.address) }))
}

// end forgets the memory unless the call failed.
func (r *Reservation) end(err error) error {
	if err == nil {
		r.bytes = nil
	}
	return err
}

// over does not ask the library, where the same memory may be a later reservation.
func (r *Reservation) over(op string) error { return r.queue.fail(op, raw.NOTRESERVED) }
