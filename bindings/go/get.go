// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"ipcq/internal/raw"
)

// Get takes the first item, waiting for one until the context ends. ErrClosed: the queue was shut down and nothing is
// left. ErrWrongType: the first item is for another language and stays where it is.
func (q *Queue) Get(ctx context.Context) (item Item, err error) {
	f := frames.Get().(*frame)
	f.data = f.small[:]
	if err = q.do(ctx, "get", &q.getting, (*frame).get, f); err == nil {
		err = q.receive(&item, f)
	}
	return item, f.got(err)
}

// TryGet takes the first item if there is one now: ErrEmpty.
func (q *Queue) TryGet() (item Item, err error) {
	f := frames.Get().(*frame)
	f.data = f.small[:]
	if err = q.fail("get", q.try((*frame).get, f)); err == nil {
		err = q.receive(&item, f)
	}
	return item, f.got(err)
}

// GetBytes is Get into the caller's memory, without a Value. The Item's Bytes are the item as it travelled, raw bytes
// or MessagePack. They lie at the beginning of the buffer, or in memory of their own if the buffer is too short. The
// Item refers to them and has no copy.
func (q *Queue) GetBytes(ctx context.Context, buffer []byte) (item Item, err error) {
	if err = ctx.Err(); err != nil {
		return item, err
	}
	if q.getNow(&item, buffer) == raw.OK {
		return item, nil
	}
	f := frames.Get().(*frame)
	f.data = buffer
	if err = q.do(ctx, "get", &q.getting, (*frame).get, f); err == nil {
		q.refer(&item, f)
	}
	return item, f.got(err)
}

// TryGetBytes is GetBytes of an item that is there now: ErrEmpty.
func (q *Queue) TryGetBytes(buffer []byte) (item Item, err error) {
	if code := q.getNow(&item, buffer); code == raw.OK || code == raw.EMPTY {
		return item, q.fail("get", code)
	}
	f := frames.Get().(*frame)
	f.data = buffer
	if err = q.fail("get", q.try((*frame).get, f)); err == nil {
		q.refer(&item, f)
	}
	return item, f.got(err)
}

// What this package can read. An item of another type stays in the queue, for those who can.
const accepted = uint64(1<<raw.TYPE_BYTES | 1<<raw.TYPE_MESSAGEPACK)

// get takes an item into the frame's data, or into new memory that is large enough and takes their place.
func (f *frame) get(handle uintptr) int {
	for {
		code := raw.Get(handle, raw.Start(f.data), int64(len(f.data)), raw.Address(&f.item), accepted,
			raw.Address(&f.wait))
		if code != raw.TOOBIG {
			return code
		}
		f.data = make([]byte, f.item.Size) // another getter may be faster and the next item larger still, or small
	}
}

// got lets go of the frame, and says of which type the item is that was not taken.
func (f *frame) got(err error) error {
	if err != nil {
		err = nameType(err, &f.item)
	}
	f.data = nil
	frames.Put(f)
	return err
}

// receive makes an Item that shares nothing with the frame.
func (q *Queue) receive(item *Item, f *frame) error {
	own := f.item.Size > uint64(len(f.small)) // then get made memory for it
	if malformed := q.fill(item, &f.item, f.data[:f.item.Size], own); malformed != nil {
		return malformed
	}
	return nil
}

// getNow is a get into the buffer without a frame. Not OK: the item is there as it was.
func (q *Queue) getNow(item *Item, buffer []byte) (code int) {
	if q.closed.Load() {
		return raw.BADHANDLE
	}
	taken, code := raw.GetNow(q.handle, raw.Start(raw.InHeap(buffer)), len(buffer), accepted)
	runtime.KeepAlive(buffer)
	runtime.KeepAlive(q) // as in try
	if code == raw.OK {
		item.label(q, &taken)
		item.bytes = buffer[:taken.Size]
	}
	return code
}

// refer makes an Item of the bytes where they lie.
func (q *Queue) refer(item *Item, f *frame) {
	item.label(q, &f.item)
	item.bytes = f.data[:f.item.Size]
}

// fill makes an Item of bytes that are its `own`, or are to be copied.
func (q *Queue) fill(item *Item, taken *raw.Item, data []byte, own bool) *Error {
	item.label(q, taken)
	if !item.messagePack {
		item.bytes = owned(data, own)
		item.Value = item.bytes
		return nil
	}
	if len(data) <= len(item.short) {
		item.shortSize = uint8(copy(item.short[:], data))
	} else {
		item.bytes = owned(data, own)
	}
	value, err := decode(data, maxDepth)
	if err != nil {
		taken := *item
		return &Error{Op: "get", Queue: q.knownName(), Err: ErrMalformed, Detail: unreadable(err), Item: &taken}
	}
	item.Value = value
	return nil
}

// label says what the library said of the item that was taken.
func (i *Item) label(q *Queue, taken *raw.Item) {
	q.took()
	i.Deliveries, i.queue, i.ticket = int(taken.Deliveries), q, taken.Ticket
	i.messagePack = uint(taken.Type) == raw.TYPE_MESSAGEPACK
}

func owned(data []byte, own bool) []byte {
	if own {
		return data
	}
	return append(make([]byte, 0, len(data)), data...)
}

// nameType adds the tag of the item that was not taken to an ErrWrongType.
func nameType(err error, first *raw.Item) error {
	if failure := (*Error)(nil); errors.As(err, &failure) && failure.Err == ErrWrongType {
		what := "an application's own type"
		if uint(first.Type) == raw.TYPE_PICKLE {
			what = "a pickle, which Python alone can read"
		}
		failure.Detail = fmt.Sprintf("the first item has type %d, %s; it stays first", first.Type, what)
	}
	return err
}
