// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"context"
	"errors"

	"ipcq/internal/raw"
)

// Each takes the items of a joinable queue one after the other and calls work with each. It finishes an item when work
// returns nil, unless work has called its Done or Nack. It gives the item back when work returns an error or panics.
//
// Each returns nil once the queue was shut down and is drained. It returns the error of work, after which the item is
// in its old place. Else it returns the error of a Get: that of the context, or ErrMalformed, whose Item is not
// finished. A plain queue answers ErrNotJoinable, and nothing is taken.
//
// Several goroutines may call Each of one Queue.
func (q *Queue) Each(ctx context.Context, work func(Item) error) error {
	stats, err := q.Stats()
	if err != nil {
		return err
	}
	if !stats.Joinable {
		return q.fail("each", raw.NOTJOINABLE)
	}
	for {
		item, err := q.Get(ctx)
		if errors.Is(err, ErrClosed) {
			return nil
		}
		if err == nil {
			err = item.process(work)
		}
		if err != nil {
			return err
		}
	}
}

// process calls work with the item and ends the item as work ended.
func (i Item) process(work func(Item) error) error {
	returned := false
	defer func() {
		if !returned { // a panic, or the end of the goroutine
			_ = i.Nack()
		}
	}()
	err := work(i)
	returned = true
	if err != nil {
		_ = i.Nack() // the error of work tells more than one of this
		return err
	}
	if err = i.Done(); errors.Is(err, ErrNotTaken) {
		return nil // work ended it
	}
	return err
}
