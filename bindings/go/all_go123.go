// SPDX-License-Identifier: Apache-2.0

//go:build go1.23

package ipcq

import (
	"context"
	"errors"
	"iter"
)

// All gets items until the queue is shut down and drained, which ends the loop without an error. Any other error is the
// last thing that it yields, also that of the context.
//
//	for item, err := range queue.All(ctx) { ... }
func (q *Queue) All(ctx context.Context) iter.Seq2[Item, error] {
	return func(yield func(Item, error) bool) {
		for {
			item, err := q.Get(ctx)
			if errors.Is(err, ErrClosed) || !yield(item, err) || err != nil {
				return
			}
		}
	}
}
