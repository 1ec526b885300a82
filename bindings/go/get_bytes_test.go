// SPDX-License-Identifier: Apache-2.0

package ipcq_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"ipcq"
	"ipcq/internal/raw"
)

func TestAnItemIsGotIntoTheBuffer(t *testing.T) {
	q, buffer := fresh(t), bytes.Repeat([]byte{'.'}, 8)
	check(t, q.PutBytes(ctx, []byte("bytes")))
	item := must(q.GetBytes(ctx, buffer))(t)
	if string(buffer) != "bytes..." || string(item.Bytes()) != "bytes" || &item.Bytes()[0] != &buffer[0] {
		t.Errorf("the buffer holds %q, the item %q", buffer, item.Bytes())
	}
	if item.Value != nil {
		t.Errorf("the value is %v", item.Value)
	}
	var decoded []byte
	check(t, item.Decode(&decoded))
	if string(decoded) != "bytes" {
		t.Errorf("decoded: %q", decoded)
	}
}

func TestMessagePackIsGotIntoTheBufferAndDecoded(t *testing.T) {
	q, buffer := fresh(t), make([]byte, 100)
	for _, count := range []int{1, 2000} { // in the buffer, and in memory of its own
		sent := make([]string, count)
		for i := range sent {
			sent[i] = "text"
		}
		check(t, q.Put(ctx, sent))
		item := must(q.TryGetBytes(buffer))(t)
		if inside := &item.Bytes()[0] == &buffer[0]; inside != (count == 1) {
			t.Errorf("%d texts: in the buffer: %t", count, inside)
		}
		var got []string
		check(t, item.Decode(&got))
		if len(got) != count || got[count-1] != "text" {
			t.Errorf("%d texts arrived as %d", count, len(got))
		}
	}
}

func TestWhatDoesNotFitGetsMemoryOfItsOwn(t *testing.T) {
	q := fresh(t)
	for _, buffer := range [][]byte{nil, {}, bytes.Repeat([]byte{'.'}, 9)} {
		for _, size := range []int{0, 9, 10, 5000, 3 << 20} {
			data := bytes.Repeat([]byte("x"), size)
			check(t, q.PutBytes(ctx, data))
			item := must(q.GetBytes(ctx, buffer))(t)
			check(t, q.PutBytes(ctx, bytes.Repeat([]byte("y"), size)))
			must(q.Get(ctx))(t) // which has nothing to do with the first one's bytes
			if !bytes.Equal(item.Bytes(), data) {
				t.Errorf("%d bytes arrived changed, into a buffer of %d", size, len(buffer))
			}
			if size > len(buffer) && bytes.Contains(buffer, []byte("x")) {
				t.Errorf("%d bytes were written into a buffer of %d", size, len(buffer))
			}
			copy(buffer, ".........")
		}
	}
}

func TestBytesTravelWithoutNewMemory(t *testing.T) {
	q, data, buffer := fresh(t), make([]byte, 64), make([]byte, 64)
	count := testing.AllocsPerRun(1000, func() {
		check(t, q.TryPutBytes(data))
		_, err := q.TryGetBytes(buffer)
		check(t, err)
		check(t, q.PutBytes(ctx, data))
		_, err = q.GetBytes(ctx, buffer)
		check(t, err)
	})
	if count > 0 {
		t.Errorf("%v allocations for two items", count)
	}
}

func TestBytesOfAJoinableQueueAreFinishedOrGivenBack(t *testing.T) {
	q, buffer := fresh(t, ipcq.Joinable()), make([]byte, 10)
	check(t, q.PutBytes(ctx, []byte("again")))
	check(t, must(q.GetBytes(ctx, buffer))(t).Nack())
	item := must(q.GetBytes(ctx, buffer))(t)
	if item.Deliveries != 1 || string(item.Bytes()) != "again" {
		t.Errorf("%q, delivered %d times before", item.Bytes(), item.Deliveries)
	}
	check(t, item.Done())
	check(t, q.Join(ctx))
}

func TestGetBytesFailsAsGetDoes(t *testing.T) {
	q, buffer := fresh(t), make([]byte, 10)
	_, err := q.TryGetBytes(buffer)
	expect(t, err, ipcq.ErrEmpty)
	limited, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	_, err = q.GetBytes(limited, buffer)
	expect(t, err, context.DeadlineExceeded)
	putForeign(t, q, raw.TYPE_PICKLE, []byte("a pickle"))
	_, err = q.GetBytes(ctx, buffer)
	expect(t, err, ipcq.ErrWrongType)
	_, err = q.TryGetBytes(nil)
	if expect(t, err, ipcq.ErrWrongType); !strings.Contains(err.Error(), "a pickle") {
		t.Errorf("it does not say which type: %v", err)
	}
	if !bytes.Equal(buffer, make([]byte, 10)) {
		t.Errorf("an item that stayed wrote %q", buffer)
	}
}

func TestAWaitingGetBytesIsServed(t *testing.T) {
	q, taken := fresh(t), make(chan []byte)
	go func() {
		item, _ := q.GetBytes(ctx, make([]byte, 10))
		taken <- item.Bytes()
	}()
	until(t, getterAsleep(t, q))
	check(t, q.PutBytes(ctx, []byte("served")))
	if got := <-taken; string(got) != "served" {
		t.Errorf("%q", got)
	}
}

func TestPutBytesWaitsForRoom(t *testing.T) {
	q, done := fresh(t, ipcq.MaxItems(1)), make(chan error)
	check(t, q.PutBytes(ctx, []byte("first")))
	expect(t, q.TryPutBytes(nil), ipcq.ErrFull)
	limited, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	expect(t, q.PutBytes(limited, nil), context.DeadlineExceeded)
	go func() { done <- q.PutBytes(ctx, []byte("second")) }()
	until(t, func() bool { return must(q.Stats())(t).PuttersWaiting > 0 })
	for _, expected := range []string{"first", "second"} {
		if item := must(q.GetBytes(ctx, nil))(t); string(item.Bytes()) != expected {
			t.Errorf("%q instead of %q", item.Bytes(), expected)
		}
	}
	check(t, <-done)
}

func TestPutBytesOfAClosedQueue(t *testing.T) {
	q := must(ipcq.OpenAnonymous())(t)
	check(t, q.Close())
	expect(t, q.TryPutBytes(nil), ipcq.ErrBadHandle)
	expect(t, q.PutBytes(ctx, nil), ipcq.ErrBadHandle)
	_, err := q.GetBytes(ctx, nil)
	expect(t, err, ipcq.ErrBadHandle)
}
