// SPDX-License-Identifier: Apache-2.0

package ipcq_test

import (
	"bytes"
	"context"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"ipcq"
	"ipcq/grid/values"
	"ipcq/internal/raw"
)

func expectCount(t *testing.T, count int, err error, expected int, target error) {
	t.Helper()
	if expect(t, err, target); count != expected {
		t.Fatalf("%d items instead of %d", count, expected)
	}
}

func TestManyValuesArriveInOrder(t *testing.T) {
	q := fresh(t)
	put := append([]any{bytes.Repeat([]byte("x"), 5000), map[string]any{"a": int64(1)}}, values.All...)
	count, err := q.PutMany(ctx, put...)
	expectCount(t, count, err, len(put), nil)
	got := must(q.GetMany(ctx, len(put)))(t)
	for i, item := range got {
		if !reflect.DeepEqual(item.Value, put[i]) {
			t.Errorf("put %#v, got %#v", put[i], item.Value)
		}
	}
	if len(got) != len(put) {
		t.Errorf("%d items", len(got))
	}
	count, err = q.PutMany(ctx)
	expectCount(t, count, err, 0, nil)
}

func TestPutManyWaitsForRoom(t *testing.T) {
	q := fresh(t, ipcq.MaxItems(3))
	done := make(chan error)
	go func() {
		count, err := q.PutManyBytes(ctx, make([][]byte, 50)...)
		if err == nil && count != 50 {
			t.Errorf("%d were put", count)
		}
		done <- err
	}()
	for got := 0; got < 50; {
		got += len(must(q.GetMany(ctx, 7))(t))
	}
	check(t, <-done)
	limited, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	count, err := q.PutMany(limited, 1, 2, 3, 4)
	expectCount(t, count, err, 3, context.DeadlineExceeded)
}

func TestTryPutManyTellsHowMany(t *testing.T) {
	q := fresh(t, ipcq.MaxItems(5))
	count, err := q.TryPutMany(1, "two", []byte{3})
	expectCount(t, count, err, 3, nil)
	count, err = q.TryPutManyBytes([]byte{4}, []byte{5}, []byte{6})
	expectCount(t, count, err, 2, ipcq.ErrFull)
	count, err = q.TryPutMany(7)
	expectCount(t, count, err, 0, ipcq.ErrFull)
	if items := must(q.TryGetMany(10))(t); len(items) != 5 || items[4].Value.([]byte)[0] != 5 {
		t.Errorf("got %v", items)
	}
	_, err = q.TryGetMany(10)
	expect(t, err, ipcq.ErrEmpty)
}

func TestPutManyEndsBeforeWhatCannotBePut(t *testing.T) {
	q := fresh(t, ipcq.CapacityBytes(4<<20))
	count, err := q.PutManyBytes(ctx, []byte{1}, make([]byte, 5<<20), []byte{2})
	expectCount(t, count, err, 1, ipcq.ErrTooLarge)
	if count, err = q.PutMany(ctx, 1, make(chan int)); count != 0 || err == nil {
		t.Errorf("%d were put, %v", count, err)
	}
	if items := must(q.Len())(t); items != 1 {
		t.Errorf("%d items", items)
	}
}

func TestGetManyTakesSoManyAtMost(t *testing.T) {
	q := fresh(t)
	must(q.PutMany(ctx, make([]any, 3000)...))(t)
	for _, step := range []struct{ most, count int }{{1, 1}, {7, 7}, {1 << 40, 1024}, {2000, 1024}, {2000, 944}} {
		if items := must(q.GetMany(ctx, step.most))(t); len(items) != step.count {
			t.Errorf("%d items instead of %d", len(items), step.count)
		}
	}
	_, err := q.GetMany(ctx, 0)
	expect(t, err, ipcq.ErrInvalid)
}

func TestLargeAndSmallItemsInBatches(t *testing.T) {
	q := fresh(t)
	sizes := []int{100, 70000, 0, 5 << 20, 40000, 40000, 1, 1 << 16, 1<<16 + 1, 3}
	for i, size := range sizes {
		check(t, q.PutBytes(ctx, bytes.Repeat([]byte{byte(i)}, size)))
	}
	for i := 0; i < len(sizes); {
		for _, item := range must(q.GetMany(ctx, 100))(t) {
			if !bytes.Equal(item.Bytes(), bytes.Repeat([]byte{byte(i)}, sizes[i])) {
				t.Errorf("item %d arrived changed", i)
			}
			i++
		}
	}
}

func TestTheItemsOfABatchAreFinishedOneByOne(t *testing.T) {
	q := fresh(t, ipcq.Joinable())
	must(q.PutMany(ctx, 0, 1, 2))(t)
	items := must(q.GetMany(ctx, 3))(t)
	check(t, items[1].Done())
	check(t, items[0].Nack())
	check(t, items[2].Done())
	expect(t, items[2].Done(), ipcq.ErrNotTaken)
	again := must(q.GetMany(ctx, 3))(t)
	if len(again) != 1 || again[0].Value != int64(0) || again[0].Deliveries != 1 {
		t.Errorf("got %v", again)
	}
	check(t, again[0].Done())
	check(t, q.Join(ctx))
}

func TestABatchWithWhatCannotBeRead(t *testing.T) {
	q := fresh(t)
	check(t, q.Put(ctx, 1))
	putForeign(t, q, raw.TYPE_MESSAGEPACK, []byte{0xc1})
	check(t, q.Put(ctx, 3))
	putForeign(t, q, raw.TYPE_PICKLE, []byte("\x80\x04N."))
	items, err := q.GetMany(ctx, 10)
	expect(t, err, ipcq.ErrMalformed)
	if len(items) != 3 || items[1].Value != nil || items[1].Bytes()[0] != 0xc1 || items[2].Value != int64(3) {
		t.Errorf("got %v", items)
	}
	if !strings.Contains(err.Error(), "item 2 of 3") {
		t.Errorf("it is not named: %v", err)
	}
	_, err = q.GetMany(ctx, 10)
	expect(t, err, ipcq.ErrWrongType)
	if !strings.Contains(err.Error(), "type 2, a pickle") {
		t.Errorf("the tag is not named: %v", err)
	}
}

func TestBatchesWaitInTurn(t *testing.T) {
	q := fresh(t)
	answers := make(chan []ipcq.Item, 2)
	for i := 0; i < 2; i++ {
		go func() {
			items, _ := q.GetMany(ctx, 10)
			answers <- items
		}()
	}
	until(t, getterAsleep(t, q))
	check(t, q.Put(ctx, 1))
	if items := <-answers; len(items) != 1 {
		t.Errorf("got %v", items)
	}
	check(t, q.Shutdown(ipcq.Drain))
	if items := <-answers; items != nil {
		t.Errorf("got %v", items)
	}
	count, err := q.PutMany(ctx, 1, 2)
	expectCount(t, count, err, 0, ipcq.ErrClosed)
}

func TestCollectorAtWorkOnBatches(t *testing.T) {
	q := fresh(t)
	const rounds, batch = 50, 20
	size := func(i int) int { return i * 131 % 9000 }
	done := make(chan error)
	go func() {
		for round := 0; round < rounds; round++ {
			var values []any
			for i := 0; i < batch; i++ {
				values = append(values, bytes.Repeat([]byte{byte(i)}, size(round+i)), strings.Repeat("y", size(i)))
			}
			if _, err := q.PutMany(ctx, values...); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for got := 0; got < 2*rounds*batch; runtime.GC() {
		for _, item := range must(q.GetMany(ctx, 100))(t) {
			round, i := got/(2*batch), got/2%batch
			text, isText := item.Value.(string)
			if isText && text != strings.Repeat("y", size(i)) ||
				!isText && !bytes.Equal(item.Value.([]byte), bytes.Repeat([]byte{byte(i)}, size(round+i))) {
				t.Fatalf("item %d arrived changed", got)
			}
			got++
		}
	}
	check(t, <-done)
}
