// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"sync"

	"ipcq/internal/raw"
)

// frame is the memory that one call shares with the library. It holds no pointers: cgo looks for them in whatever it
// is handed, and in all that was allocated together with it.
type frame struct {
	wait  [1]raw.Wait
	item  [1]raw.Item
	small [4096]byte // most items fit here
}

var frames = sync.Pool{New: func() any { return new(frame) }}
