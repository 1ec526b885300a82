// SPDX-License-Identifier: Apache-2.0

package ipcq_test

import (
	"bytes"
	"context"
	"runtime"
	"testing"
	"time"

	"ipcq"
	"ipcq/internal/raw"
)

func init() { roles["borrow, reserve and hang"] = borrowReserveAndHang }

func borrowReserveAndHang(q *ipcq.Queue) error {
	if _, err := q.Borrow(ctx); err != nil {
		return err
	}
	if _, err := q.Reserve(ctx, 1<<20); err != nil {
		return err
	}
	check := q.Put(ctx, "holding both")
	time.Sleep(time.Hour)
	return check
}

func TestWhatIsReservedIsPutByItsCommit(t *testing.T) {
	q := fresh(t)
	for _, size := range []int{0, 1, 100000, 3 << 20} {
		reservation := must(q.Reserve(ctx, size+10))(t)
		data := bytes.Repeat([]byte{byte(size)}, size)
		if len(reservation.Bytes()) != size+10 {
			t.Errorf("%d bytes", len(reservation.Bytes()))
		}
		copy(reservation.Bytes(), data)
		if !must(q.Empty())(t) {
			t.Error("it is visible")
		}
		expect(t, reservation.Commit(ctx, size+11), ipcq.ErrTooLarge)
		expect(t, reservation.Commit(ctx, -1), ipcq.ErrTooLarge)
		check(t, reservation.Commit(ctx, size))
		if item := must(q.TryGet())(t); !bytes.Equal(item.Value.([]byte), data) {
			t.Errorf("%d bytes arrived changed", size)
		}
		if reservation.Bytes() != nil {
			t.Error("the memory is still offered")
		}
		expect(t, reservation.Commit(ctx, 0), ipcq.ErrNotReserved)
		expect(t, reservation.Abandon(), ipcq.ErrNotReserved)
	}
}

func TestAnEmptyReservation(t *testing.T) {
	q := fresh(t)
	check(t, must(q.Reserve(ctx, 0))(t).Commit(ctx, 0))
	view := must(q.Borrow(ctx))(t)
	if len(view.Bytes()) != 0 || view.MessagePack {
		t.Errorf("got %v", view)
	}
	check(t, view.Release())
}

func TestAnAbandonedReservationLeavesNothing(t *testing.T) {
	q := fresh(t, ipcq.CapacityBytes(4<<20))
	for i := 0; i < 100; i++ {
		check(t, must(q.Reserve(ctx, 1<<20))(t).Abandon())
	}
	if !must(q.Empty())(t) {
		t.Error("something was put")
	}
	_, err := q.Reserve(ctx, 5<<20)
	expect(t, err, ipcq.ErrTooLarge)
	_, err = q.Reserve(ctx, -1)
	expect(t, err, ipcq.ErrTooLarge)
}

// The same memory is reserved again: an old reservation must not commit it.
func TestALateCommitHarmsNoOtherReservation(t *testing.T) {
	q := fresh(t)
	first := must(q.Reserve(ctx, 1<<20))(t)
	check(t, first.Abandon())
	second := must(q.Reserve(ctx, 1<<20))(t)
	expect(t, first.Commit(ctx, 1), ipcq.ErrNotReserved)
	check(t, second.Commit(ctx, 1))
}

func TestACommitWaitsForRoom(t *testing.T) {
	q := fresh(t, ipcq.MaxItems(1))
	check(t, q.Put(ctx, 1))
	reservation := must(q.Reserve(ctx, 5000))(t)
	limited, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	expect(t, reservation.Commit(limited, 5000), context.DeadlineExceeded)
	done := make(chan error)
	go func() { done <- reservation.Commit(ctx, 5000) }()
	until(t, func() bool { return must(q.Stats())(t).PuttersWaiting > 0 })
	must(q.Get(ctx))(t)
	check(t, <-done)
	if got := must(q.Get(ctx))(t); len(got.Bytes()) != 5000 {
		t.Errorf("%d bytes", len(got.Bytes()))
	}
}

func TestABorrowedItemIsUnfinishedUntilItsRelease(t *testing.T) {
	for _, kind := range []ipcq.Option{ipcq.Plain(), ipcq.Joinable()} {
		q := fresh(t, kind)
		data := bytes.Repeat([]byte("x"), 100000)
		check(t, q.PutBytes(ctx, data))
		check(t, q.Put(ctx, 7))
		first, second := must(q.Borrow(ctx))(t), must(q.Borrow(ctx))(t)
		if first.MessagePack || !bytes.Equal(first.Bytes(), data) {
			t.Error("the bytes are others")
		}
		if !second.MessagePack || !bytes.Equal(second.Bytes(), []byte{7}) {
			t.Error("the value is another one")
		}
		if taken := must(q.Stats())(t).Taken; taken != 2 {
			t.Errorf("%d are taken", taken)
		}
		check(t, second.Release())
		check(t, first.Release())
		if first.Bytes() != nil {
			t.Error("the memory is still offered")
		}
		expect(t, first.Release(), ipcq.ErrNotTaken)
		if stats := must(q.Stats())(t); stats.Taken != 0 || stats.Items != 0 {
			t.Errorf("%v", stats)
		}
	}
}

func TestABorrowedItemIsGivenBack(t *testing.T) {
	joinable, plain := fresh(t, ipcq.Joinable()), fresh(t)
	check(t, joinable.Put(ctx, 1))
	check(t, plain.Put(ctx, 1))
	check(t, must(joinable.Borrow(ctx))(t).Nack())
	view := must(joinable.Borrow(ctx))(t)
	if view.Deliveries != 1 {
		t.Errorf("delivered %d times before", view.Deliveries)
	}
	check(t, view.Release())
	check(t, joinable.Join(ctx))
	view = must(plain.Borrow(ctx))(t)
	expect(t, view.Nack(), ipcq.ErrNotJoinable)
	check(t, view.Release())
}

func TestAPickleIsNotLent(t *testing.T) {
	q := fresh(t)
	putForeign(t, q, raw.TYPE_PICKLE, []byte("\x80\x04N."))
	_, err := q.Borrow(ctx)
	expect(t, err, ipcq.ErrWrongType)
	if !bytes.Contains([]byte(err.Error()), []byte("type 2, a pickle")) {
		t.Errorf("the tag is not named: %v", err)
	}
}

func TestCloseEndsReservationsAndViews(t *testing.T) {
	q := fresh(t)
	check(t, q.Put(ctx, "given back"))
	other := again(t, q)
	view, reservation := must(other.Borrow(ctx))(t), must(other.Reserve(ctx, 10))(t)
	check(t, other.Close())
	expect(t, view.Release(), ipcq.ErrBadHandle)
	expect(t, reservation.Commit(ctx, 1), ipcq.ErrBadHandle)
	expect(t, reservation.Abandon(), ipcq.ErrBadHandle)
	if item := must(q.TryGet())(t); item.Value != "given back" || item.Deliveries != 1 {
		t.Errorf("got %v", item)
	}
}

func TestViewsAndReservationsKeepTheirQueueOpen(t *testing.T) {
	q := fresh(t)
	check(t, q.PutBytes(ctx, []byte("read later")))
	view, reservation := func() (*ipcq.View, *ipcq.Reservation) {
		first, second := must(ipcq.Open(q.Name()))(t), must(ipcq.Open(q.Name()))(t)
		return must(first.Borrow(ctx))(t), must(second.Reserve(ctx, 10))(t)
	}()
	for i := 0; i < 10; i++ {
		runtime.GC()
	}
	if string(view.Bytes()) != "read later" {
		t.Error("the bytes are others")
	}
	copy(reservation.Bytes(), "written")
	check(t, view.Release())
	check(t, reservation.Commit(ctx, 7))
}

func TestAKilledProcessGivesBackWhatItBorrowedAndReserved(t *testing.T) {
	q := fresh(t)
	check(t, q.Put(ctx, "borrowed"))
	victim := child(t, "borrow, reserve and hang", q)
	until(t, func() bool { return must(q.Stats())(t).Taken == 1 })
	if item := must(q.Get(ctx))(t); item.Value != "holding both" {
		t.Errorf("got %v", item.Value)
	}
	answer := getting(ctx, q) // a sleeping getter notices the death
	check(t, victim.Process.Kill())
	if got := (<-answer).must(t); got != "borrowed" {
		t.Errorf("got %v", got)
	}
}
