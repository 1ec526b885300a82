// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"context"
	"errors"
	"fmt"

	"ipcq/internal/raw"
)

// Get takes the first item, waiting for one until the context ends. ErrClosed: the queue was shut down and nothing is
// left. ErrWrongType: the first item is for another language and stays where it is.
func (q *Queue) Get(ctx context.Context) (item Item, err error) {
	f := frames.Get().(*frame)
	if err = q.do(ctx, "get", &q.getting, (*frame).get, f); err != nil {
		err = nameType(err, &f.item)
	} else if malformed := q.receive(&item, f); malformed != nil {
		err = malformed
	}
	frames.Put(f)
	return item, err
}

// TryGet takes the first item if there is one now: ErrEmpty.
func (q *Queue) TryGet() (item Item, err error) {
	f := frames.Get().(*frame)
	if err = q.fail("get", q.try((*frame).get, f)); err != nil {
		err = nameType(err, &f.item)
	} else if malformed := q.receive(&item, f); malformed != nil {
		err = malformed
	}
	frames.Put(f)
	return item, err
}

// What this package can read. An item of another type stays in the queue, for those who can.
const accepted = uint64(1<<raw.TYPE_BYTES | 1<<raw.TYPE_MESSAGEPACK)

// get takes an item into the frame's own memory, or into new memory that is large enough.
func (f *frame) get(handle uintptr) int {
	f.large = nil // of an earlier attempt, whose item went to another getter
	buffer := f.small[:]
	for {
		code := raw.Get(handle, raw.Start(buffer), int64(len(buffer)), raw.Address(&f.item), accepted,
			raw.Address(&f.wait))
		if code != raw.TOOBIG {
			return code
		}
		buffer = make([]byte, f.item.Size) // another getter may be faster and the next item larger still
		f.large = buffer
	}
}

func (q *Queue) receive(item *Item, f *frame) *Error {
	if f.large == nil {
		return q.fill(item, &f.item, f.small[:f.item.Size], false)
	}
	own := f.large[:f.item.Size]
	f.large = nil
	return q.fill(item, &f.item, own, true)
}

// fill makes an Item of bytes that are its `own`, or are to be copied.
func (q *Queue) fill(item *Item, taken *raw.Item, data []byte, own bool) *Error {
	item.Deliveries, item.queue, item.ticket = int(taken.Deliveries), q, taken.Ticket
	if uint(taken.Type) == raw.TYPE_BYTES {
		item.bytes = owned(data, own)
		item.Value = item.bytes
		return nil
	}
	item.messagePack = true
	if len(data) <= len(item.short) {
		item.shortSize = uint8(copy(item.short[:], data))
	} else {
		item.bytes = owned(data, own)
	}
	value, err := decode(data)
	if err != nil {
		return &Error{Op: "get", Queue: q.name, Err: ErrMalformed, Detail: err.Error()}
	}
	item.Value = value
	return nil
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
