// SPDX-License-Identifier: Apache-2.0

package ipcq_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"ipcq"
)

func TestThousandWaitersHoldFewThreads(t *testing.T) {
	const waiters = 1000
	q := fresh(t)
	waiting, cancel := context.WithCancel(ctx)
	defer cancel()
	var answers []<-chan received
	for i := 0; i < waiters; i++ {
		answers = append(answers, getting(waiting, q))
	}
	until(t, func() bool { return waitingGoroutines() == waiters })
	if tasks := must(os.ReadDir("/proc/self/task"))(t); len(tasks) >= 100 {
		t.Errorf("%d threads", len(tasks))
	}
	cancel()
	for _, answer := range answers {
		expect(t, (<-answer).err, context.Canceled)
	}
}

// waitingGoroutines is how many sleep in Queue.do: one inside the library, the others for their turn.
func waitingGoroutines() (count int) {
	dump := make([]byte, 16<<20)
	dump = dump[:runtime.Stack(dump, true)]
	for _, goroutine := range strings.Split(string(dump), "\n\n") {
		head, _, _ := strings.Cut(goroutine, "\n")
		inside := strings.Contains(goroutine, "internal/raw.Get(") && strings.Contains(goroutine, ").await(")
		if strings.Contains(goroutine, ").do(") && (inside || strings.Contains(head, "[select")) {
			count++
		}
	}
	return count
}

func TestEveryWaiterGetsAnItemInItsTurn(t *testing.T) {
	const waiters = 50
	q := fresh(t)
	var answers []<-chan received
	for i := 0; i < waiters; i++ {
		answers = append(answers, getting(ctx, q))
	}
	until(t, func() bool { return waitingGoroutines() == waiters })
	for i := 0; i < waiters; i++ {
		check(t, q.Put(ctx, i))
	}
	seen := map[any]bool{}
	for _, answer := range answers {
		seen[(<-answer).must(t)] = true
	}
	if len(seen) != waiters {
		t.Errorf("%d different items", len(seen))
	}
}

func TestAnEndedContextTakesNothing(t *testing.T) {
	q := fresh(t)
	check(t, q.Put(ctx, 1))
	ended, cancel := context.WithCancel(ctx)
	cancel()
	_, err := q.Get(ended)
	expect(t, err, context.Canceled)
	expect(t, q.Put(ended, 2), context.Canceled)
	if must(q.Len())(t) != 1 {
		t.Error("the item is gone, or another one came")
	}
}

func TestCancelWakesTheWaiterAndTheNextWaitIsWhole(t *testing.T) {
	q := fresh(t)
	for i := 0; i < 3; i++ {
		waiting, cancel := context.WithCancel(ctx)
		answer := getting(waiting, q)
		until(t, getterAsleep(t, q))
		cancel()
		expect(t, (<-answer).err, context.Canceled)
	}
	answer := getting(ctx, q)
	until(t, getterAsleep(t, q))
	check(t, q.Put(ctx, "still works"))
	if got := (<-answer).must(t); got != "still works" {
		t.Errorf("got %v", got)
	}
}

func TestDeadlines(t *testing.T) {
	full, joinable := fresh(t, ipcq.MaxItems(1)), fresh(t, ipcq.Joinable())
	check(t, full.Put(ctx, 1))
	check(t, joinable.Put(ctx, 1))
	must(joinable.Get(ctx))(t)
	for name, call := range map[string]func(context.Context) error{
		"put":  func(ctx context.Context) error { return full.Put(ctx, 2) },
		"get":  func(ctx context.Context) error { _, err := joinable.Get(ctx); return err },
		"join": joinable.Join,
	} {
		begin := time.Now()
		limited, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		expect(t, call(limited), context.DeadlineExceeded)
		cancel()
		if waited := time.Since(begin); waited < 50*time.Millisecond {
			t.Errorf("%s waited only %v", name, waited)
		}
	}
}

// deadlineOnly never says Done: the library itself must end the wait.
type deadlineOnly struct {
	context.Context
	at time.Time
}

func (c deadlineOnly) Deadline() (time.Time, bool) { return c.at, true }

func TestTheLibraryKeepsTheDeadline(t *testing.T) {
	q := fresh(t)
	_, err := q.Get(deadlineOnly{ctx, time.Now().Add(20 * time.Millisecond)})
	expect(t, err, context.DeadlineExceeded)
	_, err = q.Get(deadlineOnly{ctx, time.Now().Add(-time.Second)})
	expect(t, err, context.DeadlineExceeded)
}

func TestCloseWakesWaiters(t *testing.T) {
	q := fresh(t, ipcq.MaxItems(1), ipcq.Joinable())
	check(t, q.Put(ctx, 1))
	must(q.Get(ctx))(t)
	check(t, q.Put(ctx, 2))
	watch, results := again(t, q), make(chan error, 2)
	go func() { results <- q.Put(ctx, 3) }()
	go func() { results <- q.Join(ctx) }()
	until(t, func() bool { s := must(watch.Stats())(t); return s.PuttersWaiting > 0 && s.JoinersWaiting > 0 })
	check(t, q.Close())
	expect(t, <-results, ipcq.ErrBadHandle)
	expect(t, <-results, ipcq.ErrBadHandle)

	other := again(t, fresh(t))
	inside, inTurn := getting(ctx, other), getting(ctx, other)
	until(t, func() bool { return waitingGoroutines() == 2 })
	check(t, other.Close())
	expect(t, (<-inside).err, ipcq.ErrBadHandle)
	expect(t, (<-inTurn).err, ipcq.ErrBadHandle)
}

func TestCloseAmongBusyGoroutines(t *testing.T) {
	q := fresh(t, ipcq.MaxItems(2))
	for round := 0; round < 20; round++ {
		handle := again(t, q)
		var busy sync.WaitGroup
		for i := 0; i < 4; i++ {
			busy.Add(2)
			go func() {
				defer busy.Done()
				for handle.Put(ctx, "x") == nil {
				}
			}()
			go func() {
				defer busy.Done()
				for _, err := handle.Get(ctx); err == nil; _, err = handle.Get(ctx) {
				}
			}()
		}
		runtime.Gosched()
		check(t, handle.Close())
		busy.Wait()
		expect(t, handle.Put(ctx, "x"), ipcq.ErrBadHandle)
	}
}

// Getters that compete: an item that was too large for a getter's first buffer may go to another one, and the next item
// that this getter takes may be small.
func TestGettersOfLargeAndSmallItemsNeverMixThem(t *testing.T) {
	const items, getters = 20000, 4
	q := fresh(t)
	var answers []<-chan error
	for i := 0; i < getters; i++ {
		other, answer := again(t, q), make(chan error, 1)
		answers = append(answers, answer)
		go func() {
			for {
				item, err := other.Get(ctx)
				if err != nil {
					answer <- err
					return
				}
				bytes := item.Value.([]byte)
				for _, b := range bytes {
					if b != byte(len(bytes)%251) {
						answer <- fmt.Errorf("an item of %d bytes holds %d", len(bytes), b)
						return
					}
				}
			}
		}()
	}
	for i := 0; i < items; i++ {
		size := 8 + i%2*(5000+i%1000)
		check(t, q.Put(ctx, bytes.Repeat([]byte{byte(size % 251)}, size)))
	}
	check(t, q.Shutdown(ipcq.Drain))
	for _, answer := range answers {
		expect(t, <-answer, ipcq.ErrClosed)
	}
}
