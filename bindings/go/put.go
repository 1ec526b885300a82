// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"context"
	"sync"
	"unsafe"

	"ipcq/internal/raw"
)

// Put adds the value at the end, waiting for room until the context ends. A nil error means: the item is in the queue;
// any other: it is not.
func (q *Queue) Put(ctx context.Context, value any) error {
	return q.put(value, func(data []byte, kind uint) error {
		return q.send(ctx, data, kind)
	})
}

// TryPut adds the value if there is room now: ErrFull.
func (q *Queue) TryPut(value any) error {
	return q.put(value, q.trySend)
}

// PutBytes is Put for bytes, without the detour over an interface.
func (q *Queue) PutBytes(ctx context.Context, data []byte) error {
	return q.send(ctx, data, raw.TYPE_BYTES)
}

// TryPutBytes is TryPut for bytes.
func (q *Queue) TryPutBytes(data []byte) error {
	return q.trySend(data, raw.TYPE_BYTES)
}

// put hands the value's bytes on.
func (q *Queue) put(value any, send func(data []byte, kind uint) error) error {
	if data, ok := value.([]byte); ok {
		return send(data, raw.TYPE_BYTES)
	}
	e := encoders.Get().(*encoder)
	defer encoders.Put(e)
	data, err := e.encode(value)
	if err != nil {
		return &Error{Op: "put", Queue: q.name, Err: err}
	}
	return send(data, raw.TYPE_MESSAGEPACK)
}

func (q *Queue) send(ctx context.Context, data []byte, kind uint) error {
	f, r := frames.Get().(*frame), newPutRequest(data, kind)
	defer frames.Put(f)
	defer r.discard()
	return q.do(ctx, "put", &q.putting, r, f)
}

func (q *Queue) trySend(data []byte, kind uint) error {
	f, r := frames.Get().(*frame), newPutRequest(data, kind)
	defer frames.Put(f)
	defer r.discard()
	return q.fail("put", q.try(r, f))
}

// putRequest keeps the data reachable, and in the heap, while the library knows only its address.
type putRequest struct {
	data []byte
	kind uint
}

var putRequests = sync.Pool{New: func() any { return new(putRequest) }}

func newPutRequest(data []byte, kind uint) *putRequest {
	r := putRequests.Get().(*putRequest)
	r.data, r.kind = data, kind
	return r
}

func (r *putRequest) discard() {
	r.data = nil
	putRequests.Put(r)
}

func (r *putRequest) attempt(handle uintptr, f *frame) int {
	var address uintptr
	if len(r.data) > 0 {
		address = uintptr(unsafe.Pointer(&r.data[0]))
	}
	return raw.Put(handle, address, int64(len(r.data)), r.kind, f.wait[:])
}
