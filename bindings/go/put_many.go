// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"context"
	"fmt"

	"ipcq/internal/raw"
)

// PutMany adds the values in their order, waiting for room until the context ends. It makes one call of the library for
// as many as there is room for, not one for each. It answers how many are in the queue, the first ones; a nil error
// means: all of them. Others' items may come to lie between them.
func (q *Queue) PutMany(ctx context.Context, values ...any) (int, error) {
	return q.putValues(values, func(f *frame) (int, error) { return q.sendMany(ctx, f) })
}

// TryPutMany adds as many of the first values as there is room for now: ErrFull if not all.
func (q *Queue) TryPutMany(values ...any) (int, error) {
	return q.putValues(values, q.trySendMany)
}

// PutManyBytes is PutMany for bytes.
func (q *Queue) PutManyBytes(ctx context.Context, data ...[]byte) (int, error) {
	return q.putData(data, func(f *frame) (int, error) { return q.sendMany(ctx, f) })
}

// TryPutManyBytes is TryPutMany for bytes.
func (q *Queue) TryPutManyBytes(data ...[]byte) (int, error) {
	return q.putData(data, q.trySendMany)
}

func (q *Queue) putData(data [][]byte, send func(f *frame) (int, error)) (int, error) {
	f := frames.Get().(*frame)
	defer frames.Put(f)
	defer f.forget()
	f.owners = data
	for _, d := range data {
		f.add(d, raw.TYPE_BYTES)
	}
	return send(f)
}

// putValues writes what is to become MessagePack into one buffer; a []byte stays where it is.
func (q *Queue) putValues(values []any, send func(f *frame) (int, error)) (int, error) {
	f := frames.Get().(*frame)
	defer frames.Put(f)
	defer f.forget()
	f.owners = values
	var written []byte
	for i, value := range values {
		if data, ok := value.([]byte); ok {
			f.add(data, raw.TYPE_BYTES)
			continue
		}
		before := len(written)
		var refused *refusal
		if written, refused = f.write(written, value); refused != nil {
			refused.of = fmt.Sprintf("value %d of %d, ", i+1, len(values))
			return 0, &Error{Op: "put", Queue: q.knownName(), Err: refused}
		}
		size := uint64(len(written) - before)
		f.messages = append(f.messages, raw.Message{Size: size, Type: uint32(raw.TYPE_MESSAGEPACK)})
	}
	f.data = written
	place(f.messages, raw.Start(written)) // which grew, and moved, until now
	return send(f)
}

// place lets the MessagePack values lie one behind the other from there on.
func place(messages []raw.Message, at uintptr) {
	for i := range messages {
		if uint(messages[i].Type) == raw.TYPE_MESSAGEPACK {
			messages[i].Data = at
			at += uintptr(messages[i].Size)
		}
	}
}

func (f *frame) add(data []byte, kind uint) {
	f.messages = append(f.messages, raw.Message{Data: raw.Start(data), Size: uint64(len(data)), Type: uint32(kind)})
}

// forget lets go of what was put.
func (f *frame) forget() {
	f.owners, f.data = nil, nil
	f.messages = f.messages[:0]
}

func (q *Queue) sendMany(ctx context.Context, f *frame) (done int, err error) {
	return f.rest(func() error { return q.do(ctx, "put", &q.putting, (*frame).putMany, f) })
}

func (q *Queue) trySendMany(f *frame) (done int, err error) {
	return f.rest(func() error { return q.fail("put", q.try((*frame).putMany, f)) })
}

// rest sends what is left until nothing is. Whatever the library does not put at once, it is asked for again, to wait,
// or to learn what the obstacle is.
func (f *frame) rest(send func() error) (done int, err error) {
	for f.done = 0; f.done < len(f.messages) && err == nil; {
		if err = send(); err == nil {
			f.done += int(f.count)
		}
	}
	return f.done, err
}

func (f *frame) putMany(handle uintptr) int {
	rest := f.messages[f.done:]
	return raw.PutMany(handle, raw.Start(rest), int64(len(rest)), raw.Address(&f.count), raw.Address(&f.wait))
}
