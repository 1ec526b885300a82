// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"ipcq/internal/raw"
)

// Item is an item that was taken. On a joinable queue it is unfinished until Done or Nack.
type Item struct {
	Value      any // see the package's description; nil of a GetBytes
	Deliveries int // how often it was taken before; more than 0: it may have been worked on

	bytes       []byte
	short       [14]byte // the bytes instead, of a value that is so short: it needs no memory of its own
	shortSize   uint8
	messagePack bool
	queue       *Queue
	ticket      uint64
}

// Done finishes the item.
func (i Item) Done() error { return i.settle("done", raw.TaskDone) }

// Nack gives the item back instead, to its old place in the order, with its Deliveries raised.
func (i Item) Nack() error { return i.settle("nack", raw.Nack) }

func (i Item) settle(op string, call func(handle uintptr, ticket uint64) int) error {
	if i.queue == nil {
		return &Error{Op: op, Err: ErrNotTaken, Detail: ErrNotTaken.sentence()}
	}
	return i.queue.ended(i.queue.simple(op, func(handle uintptr) int { return call(handle, i.ticket) }))
}

// Bytes is the item as it travelled: the bytes that were put, or the MessagePack of the value. Of a GetBytes they lie
// in the caller's buffer, and change with it.
func (i Item) Bytes() []byte {
	if i.bytes == nil {
		return append([]byte{}, i.short[:i.shortSize]...)
	}
	return i.bytes
}

// Decode stores the value into what `into` points to: a struct, whose fields have the names that a put gives them, or
// whatever else the value fits. A time within another value is in the local zone.
func (i Item) Decode(into any) error {
	if target, ok := into.(*[]byte); ok && !i.messagePack {
		*target = i.bytes
		return nil
	}
	name := ""
	if i.queue != nil {
		name = i.queue.knownName()
	}
	if !i.messagePack {
		return &Error{Op: "decode", Queue: name, Err: ErrWrongType, Detail: "the item is raw bytes: decode it into a *[]byte"}
	}
	if target, ok := into.(*any); ok {
		value, err := decode(i.Bytes(), maxDepth)
		if err != nil {
			return &Error{Op: "decode", Queue: name, Err: ErrMalformed, Detail: err.Error()}
		}
		*target = value
		return nil
	}
	if err := decodeInto(i.Bytes(), into); err != nil {
		return &Error{Op: "decode", Queue: name, Err: err}
	}
	return nil
}
