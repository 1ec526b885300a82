// SPDX-License-Identifier: Apache-2.0

//go:build go1.23

package ipcq_test

import (
	"context"
	"testing"

	"ipcq"
)

func TestAllEndsWithTheQueue(t *testing.T) {
	q := fresh(t)
	for i := 0; i < 3; i++ {
		check(t, q.Put(ctx, i))
	}
	check(t, q.Shutdown(ipcq.Drain))
	next := int64(0)
	for item, err := range q.All(ctx) {
		check(t, err)
		if item.Value != next {
			t.Errorf("expected %d, got %v", next, item.Value)
		}
		next++
	}
	if next != 3 {
		t.Errorf("%d items", next)
	}
}

func TestAllYieldsTheErrorLast(t *testing.T) {
	q := fresh(t)
	check(t, q.Put(ctx, 1))
	limited, cancel := context.WithCancel(ctx)
	defer cancel()
	var last error
	for _, err := range q.All(limited) {
		last = err
		cancel()
	}
	expect(t, last, context.Canceled)
}
