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
func (q *Queue) Get(ctx context.Context) (Item, error) {
	f := frames.Get().(*frame)
	defer frames.Put(f)
	var r getRequest
	if err := q.do(ctx, "get", &q.getting, &r, f); err != nil {
		return Item{}, q.nameType(err, f)
	}
	return q.receive(&r, f)
}

// TryGet takes the first item if there is one now: ErrEmpty.
func (q *Queue) TryGet() (Item, error) {
	f := frames.Get().(*frame)
	defer frames.Put(f)
	var r getRequest
	if err := q.fail("get", q.try(&r, f)); err != nil {
		return Item{}, q.nameType(err, f)
	}
	return q.receive(&r, f)
}

// What this package can read. An item of another type stays in the queue, for those who can.
const accepted = uint64(1<<raw.TYPE_BYTES | 1<<raw.TYPE_MESSAGEPACK)

type getRequest struct {
	large []byte // the item's bytes if they do not fit into the frame
}

func (r *getRequest) attempt(handle uintptr, f *frame) int {
	buffer := f.small[:]
	r.large = nil // of an earlier attempt, whose item went to another getter
	for {
		code := raw.Get(handle, buffer, f.item[:], accepted, f.wait[:])
		if code != raw.TOOBIG {
			return code
		}
		buffer = make([]byte, f.item[0].Size) // another getter may be faster and the next item larger still
		r.large = buffer
	}
}

func (q *Queue) receive(r *getRequest, f *frame) (Item, error) {
	taken := &f.item[0]
	item := Item{Deliveries: int(taken.Deliveries), queue: q, ticket: taken.Ticket}
	if r.large != nil {
		item.bytes = r.large[:taken.Size]
	} else {
		item.bytes = append(make([]byte, 0, taken.Size), f.small[:taken.Size]...)
	}
	if uint(taken.Type) == raw.TYPE_BYTES {
		item.Value = item.bytes
		return item, nil
	}
	item.messagePack = true
	value, err := decode(item.bytes)
	if err != nil {
		return item, &Error{Op: "get", Queue: q.name, Err: ErrMalformed, Detail: err.Error()}
	}
	item.Value = value
	return item, nil
}

// nameType adds the tag of the item that was not taken to an ErrWrongType.
func (q *Queue) nameType(err error, f *frame) error {
	if failure := (*Error)(nil); errors.As(err, &failure) && failure.Err == ErrWrongType {
		what := "an application's own type"
		if uint(f.item[0].Type) == raw.TYPE_PICKLE {
			what = "a pickle, which Python alone can read"
		}
		failure.Detail = fmt.Sprintf("the first item has type %d, %s; it stays first", f.item[0].Type, what)
	}
	return err
}
