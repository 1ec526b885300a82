// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"sync"

	"ipcq/internal/raw"
)

// frame is the memory that one call shares with the library: what it is to do, and what it answered. The library gets
// addresses, which mean something while the frame, and what it refers to, is in use; being pooled, it lies in the heap.
type frame struct {
	wait raw.Wait

	// The bytes of a put; where a get is to write. They stay in the heap while the library knows only their address.
	data []byte
	kind uint

	item raw.Item // of a get

	// Of a batch.
	messages []raw.Message
	done     int // how many of them have been put
	owners   any // keeps the bytes of the messages
	views    []raw.View
	most     int // how many of them to fill
	buffer   []byte
	count    uint64

	// Of an item that is written or read where it lies.
	address uintptr
	size    int
	view    raw.View

	small   [4096]byte // most items fit here
	written []byte     // the MessagePack of larger ones
}

var frames = sync.Pool{New: func() any { return new(frame) }}

// write writes MessagePack into the frame, anew or behind what is there.
func (f *frame) write(behind []byte, value any) ([]byte, *refusal) {
	if behind == nil {
		behind = f.small[:0]
		if f.written != nil {
			behind = f.written[:0]
		}
	}
	data, refused := appendValue(behind, value, maxDepth)
	if cap(data) > len(f.small) && cap(data) <= keptBytes {
		f.written = data
	}
	return data, refused
}

// A buffer that grew beyond this is not kept for the next call.
const keptBytes = 1 << 16
