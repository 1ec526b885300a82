// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"context"
	"runtime"

	"ipcq/internal/raw"
)

// Put adds the value at the end, waiting for room until the context ends. A nil error means: the item is in the queue;
// any other: it is not.
func (q *Queue) Put(ctx context.Context, value any) error {
	f := frames.Get().(*frame)
	defer frames.Put(f)
	err := q.encode(value, f)
	if err == nil {
		err = q.do(ctx, "put", &q.putting, (*frame).put, f)
	}
	f.data = nil
	return err
}

// TryPut adds the value if there is room now: ErrFull.
func (q *Queue) TryPut(value any) error {
	f := frames.Get().(*frame)
	defer frames.Put(f)
	err := q.encode(value, f)
	if err == nil {
		err = q.fail("put", q.try((*frame).put, f))
	}
	f.data = nil
	return err
}

// PutBytes is Put for bytes, without the detour over an interface.
func (q *Queue) PutBytes(ctx context.Context, data []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	code := q.putNow(data)
	if !wouldWait(code) {
		return q.fail("put", code)
	}
	f := frames.Get().(*frame)
	defer frames.Put(f)
	f.data, f.kind = data, raw.TYPE_BYTES
	err := q.wait(ctx, "put", &q.putting, (*frame).put, f)
	f.data = nil
	return err
}

// TryPutBytes is TryPut for bytes.
func (q *Queue) TryPutBytes(data []byte) error { return q.fail("put", q.putNow(data)) }

// putNow is a put of bytes without a frame: there is nothing for the library to write.
func (q *Queue) putNow(data []byte) (code int) {
	if q.closed.Load() {
		return raw.BADHANDLE
	}
	code = raw.Put(q.handle, raw.Start(raw.InHeap(data)), int64(len(data)), raw.TYPE_BYTES, raw.Address(&notAtAll))
	runtime.KeepAlive(data)
	runtime.KeepAlive(q) // as in try
	return code
}

// encode lets the frame's data be the value's bytes: its own, or MessagePack in the frame.
func (q *Queue) encode(value any, f *frame) error {
	if data, ok := value.([]byte); ok {
		f.data, f.kind = data, raw.TYPE_BYTES
		return nil
	}
	data, refused := f.write(nil, value)
	if refused != nil {
		return &Error{Op: "put", Queue: q.knownName(), Err: refused}
	}
	f.data, f.kind = data, raw.TYPE_MESSAGEPACK
	return nil
}

func (f *frame) put(handle uintptr) int {
	return raw.Put(handle, raw.Start(f.data), int64(len(f.data)), f.kind, raw.Address(&f.wait))
}
