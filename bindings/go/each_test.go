// SPDX-License-Identifier: Apache-2.0

package ipcq_test

import (
	"context"
	"errors"
	"reflect"
	"runtime"
	"testing"

	"ipcq"
	"ipcq/internal/raw"
)

var errWork = errors.New("the work failed")

// joinableWith is a joinable queue with these values.
func joinableWith(t *testing.T, values ...any) *ipcq.Queue {
	t.Helper()
	q := fresh(t, ipcq.Joinable())
	must(q.PutMany(ctx, values...))(t)
	return q
}

// expectCounts says how often the queue's items were finished and given back, and that none is in hand.
func expectCounts(t *testing.T, q *ipcq.Queue, dones, nacks uint64) {
	t.Helper()
	if stats := must(q.Stats())(t); stats.Dones != dones || stats.Nacks != nacks || stats.Taken != 0 {
		t.Errorf("%d done, %d given back, %d in hand", stats.Dones, stats.Nacks, stats.Taken)
	}
}

func TestEachFinishesEveryItem(t *testing.T) {
	q := joinableWith(t, 1, "two", []byte{3})
	check(t, q.Shutdown(ipcq.Drain))
	var got []any
	check(t, q.Each(ctx, func(item ipcq.Item) error {
		if taken := must(q.Stats())(t).Taken; taken != 1 {
			t.Errorf("%d items in hand", taken)
		}
		got = append(got, item.Value)
		return nil
	}))
	if !reflect.DeepEqual(got, []any{int64(1), "two", []byte{3}}) {
		t.Errorf("got %v", got)
	}
	expectCounts(t, q, 3, 0)
}

func TestEachGivesBackWhatFailed(t *testing.T) {
	q := joinableWith(t, 1, 2, 3)
	err := q.Each(ctx, func(item ipcq.Item) error {
		if item.Value == int64(2) {
			return errWork
		}
		return nil
	})
	if err != errWork {
		t.Errorf("got %v", err)
	}
	expectCounts(t, q, 1, 1)
	if item := must(q.TryGet())(t); item.Value != int64(2) || item.Deliveries != 1 {
		t.Errorf("got %v, delivered %d times before", item.Value, item.Deliveries)
	}
}

func TestEachGivesBackAtAPanic(t *testing.T) {
	q := joinableWith(t, 1)
	func() {
		defer func() {
			if recover() != errWork {
				t.Error("the panic did not arrive")
			}
		}()
		q.Each(ctx, func(ipcq.Item) error { panic(errWork) })
	}()
	expectCounts(t, q, 0, 1)
	ended := make(chan bool)
	go func() {
		defer close(ended)
		q.Each(ctx, func(ipcq.Item) error { runtime.Goexit(); return nil })
	}()
	<-ended
	expectCounts(t, q, 0, 2)
}

func TestEachLeavesWhatTheWorkEnded(t *testing.T) {
	q := joinableWith(t, 1, 2, 3)
	check(t, q.Shutdown(ipcq.Drain))
	rounds := 0
	check(t, q.Each(ctx, func(item ipcq.Item) error {
		if rounds++; rounds == 1 {
			return item.Nack()
		}
		return item.Done()
	}))
	expectCounts(t, q, 3, 1)
	other := joinableWith(t, 1)
	if err := other.Each(ctx, func(item ipcq.Item) error { check(t, item.Done()); return errWork }); err != errWork {
		t.Errorf("got %v", err)
	}
	expectCounts(t, other, 1, 0)
}

func TestEachEndsWithItsContextAndItsQueue(t *testing.T) {
	q := joinableWith(t, 1, 2)
	limited, cancel := context.WithCancel(ctx)
	expect(t, q.Each(limited, func(ipcq.Item) error { cancel(); return nil }), context.Canceled)
	expectCounts(t, q, 1, 0)
	closed := again(t, q)
	expect(t, closed.Each(ctx, func(ipcq.Item) error { return closed.Close() }), ipcq.ErrBadHandle)
	expect(t, closed.Each(ctx, nil), ipcq.ErrBadHandle)
	expectCounts(t, q, 1, 1) // the end of the handle gave it back
}

func TestEachTakesNothingOfAPlainQueue(t *testing.T) {
	q := fresh(t)
	check(t, q.Put(ctx, 1))
	expect(t, q.Each(ctx, func(ipcq.Item) error { return nil }), ipcq.ErrNotJoinable)
	if must(q.Len())(t) != 1 {
		t.Error("the item was taken")
	}
}

func TestEachHandsOverWhatCannotBeRead(t *testing.T) {
	q := fresh(t, ipcq.Joinable())
	putForeign(t, q, raw.TYPE_MESSAGEPACK, []byte{0xc1})
	err := q.Each(ctx, func(ipcq.Item) error { t.Error("called"); return nil })
	expect(t, err, ipcq.ErrMalformed)
	var failure *ipcq.Error
	if !errors.As(err, &failure) || string(failure.Item.Bytes()) != "\xc1" {
		t.Fatalf("got %#v", err)
	}
	check(t, failure.Item.Done())
	expectCounts(t, q, 1, 0)
}

func TestSeveralGoroutinesShareTheWork(t *testing.T) {
	q := joinableWith(t, make([]any, 300)...)
	check(t, q.Shutdown(ipcq.Drain))
	ends := make(chan error)
	for i := 0; i < 8; i++ {
		go func() { ends <- q.Each(ctx, func(ipcq.Item) error { runtime.Gosched(); return nil }) }()
	}
	for i := 0; i < 8; i++ {
		check(t, <-ends)
	}
	expectCounts(t, q, 300, 0)
}
