// SPDX-License-Identifier: Apache-2.0

package ipcq_test

import (
	"fmt"
	"runtime"
	"testing"

	"ipcq"
)

func TestNoFinalizerDuringACall(t *testing.T) {
	q := fresh(t)
	result := make(chan any)
	go func(name string) {
		waiting, err := ipcq.Open(name)
		if err != nil {
			result <- err
			return
		}
		item, err := waiting.Get(ctx) // the last mention of the handle
		if err != nil {
			result <- err
			return
		}
		result <- item.Value
	}(q.Name())
	until(t, getterAsleep(t, q))
	for i := 0; i < 10; i++ {
		runtime.GC()
	}
	check(t, q.Put(ctx, "alive"))
	if got := <-result; got != "alive" {
		t.Errorf("got %v", got)
	}
}

func TestAForgottenQueueClosesItselfAndGivesItsItemsBack(t *testing.T) {
	q := fresh(t, ipcq.Joinable())
	check(t, q.Put(ctx, "given back"))
	func() { must(must(ipcq.Open(q.Name()))(t).Get(ctx))(t) }()
	until(t, func() bool { runtime.GC(); return must(q.Stats())(t).Participants == 1 })
	item := must(q.TryGet())(t)
	if item.Value != "given back" || item.Deliveries != 1 {
		t.Errorf("got %v, delivered %d times before", item.Value, item.Deliveries)
	}
}

func TestAnItemKeepsItsQueueOpen(t *testing.T) {
	q := fresh(t, ipcq.Joinable())
	check(t, q.Put(ctx, 1))
	item := func() ipcq.Item { return must(must(ipcq.Open(q.Name()))(t).Get(ctx))(t) }()
	for i := 0; i < 10; i++ {
		runtime.GC()
	}
	check(t, item.Done())
}

func TestCollectorAtWork(t *testing.T) {
	q := fresh(t)
	const items = 5000
	size := func(i int) int { return i * 7 % 9000 } // garbage of both ways: within a frame and beyond it
	ends := make(chan error, 2)
	go func() {
		for i := 0; i < items; i++ {
			if err := q.PutBytes(ctx, make([]byte, size(i))); err != nil {
				ends <- err
				return
			}
		}
		ends <- nil
	}()
	go func() {
		for i := 0; i < items; i++ {
			item, err := q.Get(ctx)
			if err == nil && len(item.Bytes()) != size(i) {
				err = fmt.Errorf("item %d has %d bytes", i, len(item.Bytes()))
			}
			if err != nil {
				ends <- err
				return
			}
		}
		ends <- nil
	}()
	for running := 2; running > 0; {
		select {
		case err := <-ends:
			check(t, err)
			running--
		default:
			runtime.GC()
		}
	}
}
