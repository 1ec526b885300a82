// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"sync/atomic"

	"ipcq/internal/raw"
)

// inHand counts the items that a Queue took and did not finish. The library counts those of a thread, and a goroutine
// is no thread: it may take an item on one and finish it on another.
type inHand struct {
	items atomic.Int64
}

// countInHand begins to count if the queue is joinable; q is closed if that fails.
func (q *Queue) countInHand() error {
	stats, err := q.Stats()
	if err != nil {
		q.Close()
		return err
	}
	if stats.Joinable {
		q.held = new(inHand)
	}
	return nil
}

// took counts an item that was taken.
func (q *Queue) took() {
	if q.held != nil {
		q.held.items.Add(1)
	}
}

// ended counts an item that is finished or given back, and answers its argument.
func (q *Queue) ended(err error) error {
	if err == nil && q.held != nil {
		q.held.items.Add(-1)
	}
	return err
}

// finishOnly finishes the only item in hand. Of two goroutines that try at once, one does.
func (h *inHand) finishOnly(handle uintptr) (code int) {
	if !h.items.CompareAndSwap(1, 0) {
		if h.items.Load() == 0 {
			return raw.NOTTAKEN
		}
		return raw.AMBIGUOUS
	}
	if code = raw.TaskDone(handle, raw.OLDEST); code != raw.OK {
		h.items.Add(1)
	}
	return code
}
