// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"context"
	"fmt"

	"ipcq/internal/raw"
)

// GetMany takes the first item, waiting for one until the context ends, and as many behind it as are ready, `max` at
// most, by one call of the library. It answers at least one item, or an error. A batch holds 1024 items and 64 KiB at
// most, or one item that is larger.
//
// ErrMalformed comes with all the items that were taken, and tells which is the first that cannot be read. The Value of
// each such item is nil.
//
// On a plain queue all of them are finished: a process that is killed in this call takes up to `max` with it.
func (q *Queue) GetMany(ctx context.Context, max int) ([]Item, error) {
	return q.getMany(max, func(f *frame) error { return q.do(ctx, "get", &q.getting, (*frame).getMany, f) })
}

// TryGetMany takes as many items as are ready now, `max` at most: ErrEmpty if there is none.
func (q *Queue) TryGetMany(max int) ([]Item, error) {
	return q.getMany(max, func(f *frame) error { return q.fail("get", q.try((*frame).getMany, f)) })
}

func (q *Queue) getMany(max int, take func(f *frame) error) ([]Item, error) {
	if max < 1 {
		return nil, &Error{Op: "get", Queue: q.knownName(), Err: ErrInvalid, Detail: "GetMany of less than one item"}
	}
	f := frames.Get().(*frame)
	defer frames.Put(f)
	if f.views == nil {
		f.views = make([]raw.View, batchItems)
	}
	if f.most = batchItems; max < batchItems {
		f.most = max
	}
	if err := take(f); err != nil {
		return nil, nameType(err, &f.views[0].Item)
	}
	return q.unpack(f)
}

// getMany takes items into the frame's buffer, which grows for a large one.
func (f *frame) getMany(handle uintptr) int {
	if len(f.buffer) != batchBytes {
		f.buffer = make([]byte, batchBytes) // the first time, or after a large item
	}
	for {
		code := raw.GetMany(handle, raw.Start(f.buffer), int64(len(f.buffer)), raw.Start(f.views), int64(f.most),
			raw.Address(&f.count), accepted, raw.Address(&f.wait))
		if code != raw.TOOBIG {
			return code
		}
		f.buffer = make([]byte, f.views[0].Item.Size) // another getter may be faster and the next item larger still
	}
}

const (
	batchItems = 1024
	batchBytes = 1 << 16
)

// unpack makes the items of what is in the frame. A single large one takes the frame's buffer with it.
func (q *Queue) unpack(f *frame) (items []Item, err error) {
	items = make([]Item, f.count)
	buffer := f.buffer
	own := len(buffer) != batchBytes
	if own {
		f.buffer = nil
	}
	for i := range items {
		view := &f.views[i]
		begin := uint64(view.Data - raw.Start(buffer))
		data := buffer[begin : begin+view.Item.Size]
		if malformed := q.fill(&items[i], &view.Item, data, own); malformed != nil && err == nil {
			malformed.Detail = fmt.Sprintf("item %d of %d: %s", i+1, len(items), malformed.Detail)
			err = malformed
		}
	}
	return items, err
}
