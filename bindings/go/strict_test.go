// SPDX-License-Identifier: Apache-2.0

package ipcq_test

import (
	"errors"
	"testing"

	"ipcq"
	"ipcq/internal/raw"
)

func strict(t *testing.T, values ...any) *ipcq.Queue {
	t.Helper()
	q := fresh(t, ipcq.Joinable(), ipcq.Strict())
	must(q.PutMany(ctx, values...))(t)
	return q
}

func TestStrictTaskDoneWantsExactlyOneItem(t *testing.T) {
	q := strict(t, 1, 2, 3)
	expect(t, q.TaskDone(), ipcq.ErrNotTaken)
	first := must(q.Get(ctx))(t)
	check(t, q.TaskDone())
	expect(t, first.Done(), ipcq.ErrNotTaken)
	second, third := must(q.Get(ctx))(t), must(q.Get(ctx))(t)
	expect(t, q.TaskDone(), ipcq.ErrAmbiguous)
	check(t, second.Nack())
	check(t, q.TaskDone()) // the third one is left
	expect(t, third.Done(), ipcq.ErrNotTaken)
	expect(t, q.TaskDone(), ipcq.ErrNotTaken)
	expectCounts(t, q, 2, 1)
}

// Every way to take an item and to end it counts.
func TestStrictCountsWhatIsInHand(t *testing.T) {
	q := strict(t, []byte{1}, []byte{2}, []byte{3}, []byte{4}, []byte{5})
	one := must(q.TryGet())(t)
	two := must(q.GetBytes(ctx, make([]byte, 8)))(t)
	three := must(q.TryGetBytes(nil))(t)
	four := must(q.Borrow(ctx))(t)
	five := must(q.GetMany(ctx, 9))(t)[0]
	for _, end := range []func() error{one.Done, two.Nack, three.Done, four.Release} {
		expect(t, q.TaskDone(), ipcq.ErrAmbiguous)
		check(t, end())
	}
	expect(t, one.Done(), ipcq.ErrNotTaken) // which ends nothing
	check(t, q.TaskDone())
	expect(t, five.Done(), ipcq.ErrNotTaken)
	check(t, must(q.Borrow(ctx))(t).Nack())
	putForeign(t, q, raw.TYPE_MESSAGEPACK, []byte{0xc1})
	must(q.Get(ctx))(t)
	check(t, q.TaskDone())
	_, err := q.Get(ctx)
	expect(t, err, ipcq.ErrMalformed)
	check(t, q.TaskDone())
	check(t, q.Join(ctx))
}

func TestStrictTaskDonesAtOnce(t *testing.T) {
	q := strict(t, 1)
	must(q.Get(ctx))(t)
	const calls = 16
	answers := make(chan error, calls)
	for i := 0; i < calls; i++ {
		go func() { answers <- q.TaskDone() }()
	}
	finished := 0
	for i := 0; i < calls; i++ {
		if err := <-answers; err == nil {
			finished++
		} else if !errors.Is(err, ipcq.ErrNotTaken) {
			t.Error(err)
		}
	}
	if finished != 1 {
		t.Errorf("finished %d times", finished)
	}
}

func TestStrictConcernsItsQueueAlone(t *testing.T) {
	q := strict(t, 1, 2)
	other := again(t, q)
	must(other.Get(ctx))(t)
	must(other.Get(ctx))(t)
	check(t, other.TaskDone())
	check(t, other.TaskDone())
	plain := fresh(t, ipcq.Strict())
	expect(t, plain.TaskDone(), ipcq.ErrNotJoinable)
	check(t, q.Close())
	expect(t, q.TaskDone(), ipcq.ErrBadHandle)
}
