// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"context"

	"ipcq/internal/raw"
)

// View is an item that was taken and is read where it lies, so that a large one is not copied. In either kind of queue
// it is unfinished until Release, in a joinable one also until Nack; if the process dies, or closes the Queue, it goes
// back.
//
// It refers to its Queue. One goroutine at a time may use it.
type View struct {
	MessagePack bool // whether the bytes are one MessagePack value; else they are raw
	Deliveries  int  // how often the item was taken before; more than 0: it may have been worked on

	queue  *Queue
	ticket uint64
	bytes  []byte // nil at its end
}

// Borrow takes the first item, as Get does, and leaves its bytes where they are.
func (q *Queue) Borrow(ctx context.Context) (*View, error) {
	f := frames.Get().(*frame)
	defer frames.Put(f)
	if err := q.do(ctx, "borrow", &q.getting, (*frame).borrow, f); err != nil {
		return nil, nameType(err, &f.view.Item)
	}
	q.took()
	taken := &f.view.Item
	return &View{
		MessagePack: uint(taken.Type) == raw.TYPE_MESSAGEPACK, Deliveries: int(taken.Deliveries),
		queue: q, ticket: taken.Ticket, bytes: raw.Memory(f.view.Data, int(taken.Size)),
	}, nil
}

func (f *frame) borrow(handle uintptr) int {
	return raw.Borrow(handle, raw.Address(&f.view), accepted, raw.Address(&f.wait))
}

// Bytes is the item as it travelled, to be read and never written.
//
// It is shared memory, of which Go's collector knows nothing. After Release, after Nack and after the Queue's Close,
// neither this slice nor any part of it may be used again. Its memory is another item by then, or is not mapped, and a
// touch ends the program. The slice keeps nothing alive: the View must be referred to as long as the slice is used,
// which a Release at the end does. After that, Bytes is nil.
//
// A process that may write the queue may change the bytes meanwhile. Do not trust what is read twice: copy first what
// is to be checked and then used, such as MessagePack.
func (v *View) Bytes() []byte { return v.bytes }

// Release finishes the item.
func (v *View) Release() error { return v.end("release", raw.Release) }

// Nack gives the item back instead, to its old place in the order, with its Deliveries raised: in a joinable queue.
func (v *View) Nack() error { return v.end("nack", raw.Nack) }

func (v *View) end(op string, call func(handle uintptr, ticket uint64) int) error {
	err := v.queue.ended(v.queue.simple(op, func(handle uintptr) int { return call(handle, v.ticket) }))
	if err == nil {
		v.bytes = nil
	}
	return err
}
