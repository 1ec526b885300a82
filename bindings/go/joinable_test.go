// SPDX-License-Identifier: Apache-2.0

package ipcq_test

import (
	"testing"

	"ipcq"
)

func TestItemsAreFinishedOneByOne(t *testing.T) {
	q := fresh(t, ipcq.Joinable())
	for i := 0; i < 3; i++ {
		check(t, q.Put(ctx, i))
	}
	first, second, third := must(q.Get(ctx))(t), must(q.Get(ctx))(t), must(q.Get(ctx))(t)
	check(t, second.Done())
	expect(t, second.Done(), ipcq.ErrNotTaken)
	check(t, q.TaskDone()) // the oldest: the first
	expect(t, first.Done(), ipcq.ErrNotTaken)
	joined := make(chan error)
	go func() { joined <- q.Join(ctx) }()
	until(t, func() bool { return must(q.Stats())(t).JoinersWaiting > 0 })
	check(t, third.Done())
	check(t, <-joined)
	expect(t, q.TaskDone(), ipcq.ErrNotTaken)
	expect(t, ipcq.Item{}.Done(), ipcq.ErrNotTaken)
}

func TestNackGivesBackToTheOldPlace(t *testing.T) {
	q := fresh(t, ipcq.Joinable())
	check(t, q.Put(ctx, "a"))
	check(t, q.Put(ctx, "b"))
	check(t, must(q.Get(ctx))(t).Nack())
	for _, expected := range []struct {
		value      any
		deliveries int
	}{{"a", 1}, {"b", 0}} {
		item := must(q.Get(ctx))(t)
		if item.Value != expected.value || item.Deliveries != expected.deliveries {
			t.Errorf("got %v, delivered %d times before", item.Value, item.Deliveries)
		}
		check(t, item.Done())
	}
	check(t, q.Join(ctx))
}

func TestCloseGivesUnfinishedItemsBack(t *testing.T) {
	q := fresh(t, ipcq.Joinable())
	check(t, q.Put(ctx, 1))
	other := again(t, q)
	item := must(other.Get(ctx))(t)
	check(t, other.Close())
	expect(t, item.Done(), ipcq.ErrBadHandle)
	if item := must(q.TryGet())(t); item.Deliveries != 1 {
		t.Errorf("delivered %d times before", item.Deliveries)
	}
}

func TestAPlainQueueHasNothingToFinish(t *testing.T) {
	q := fresh(t)
	check(t, q.Put(ctx, 1))
	item := must(q.Get(ctx))(t)
	expect(t, item.Done(), ipcq.ErrNotJoinable)
	expect(t, item.Nack(), ipcq.ErrNotJoinable)
	expect(t, q.TaskDone(), ipcq.ErrNotJoinable)
	expect(t, q.Join(ctx), ipcq.ErrNotJoinable)
}
