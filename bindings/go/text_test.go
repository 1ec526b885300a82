// SPDX-License-Identifier: Apache-2.0

package ipcq_test

import (
	"fmt"
	"strings"
	"testing"

	"ipcq"
	"ipcq/internal/raw"
)

func TestItemsCanBePrinted(t *testing.T) {
	q := fresh(t, ipcq.Joinable())
	for _, shown := range []struct {
		value any
		text  string
	}{
		{nil, "ipcq.Item(<nil>)"}, {15, "ipcq.Item(15)"}, {"a text", `ipcq.Item("a text")`},
		{[]byte("\x00a"), `ipcq.Item([]byte("\x00a"))`},
		{map[string]any{"name": "alex", "age": 15}, "ipcq.Item(map[age:15 name:alex])"},
		{strings.Repeat("ü", 1000), `ipcq.Item("` + strings.Repeat("ü", 100) + `...")`},
		{make([]int, 1000), "ipcq.Item([" + strings.Repeat("0 ", 100)[:199] + "...)"},
		{make([]byte, 1<<20), `ipcq.Item([]byte("` + strings.Repeat(`\x00`, 200) + `..."))`},
	} {
		check(t, q.Put(ctx, shown.value))
		item := must(q.Get(ctx))(t)
		for _, verb := range []string{"%v", "%s", "%+v"} {
			if got := fmt.Sprintf(verb, item); got != shown.text {
				t.Errorf("%s is %s, not %s", verb, got, shown.text)
			}
		}
		check(t, item.Nack())
		again := must(q.Get(ctx))(t)
		if got := again.String(); !strings.HasSuffix(got, ", taken 1 times before)") {
			t.Errorf("got %s", got)
		}
		check(t, again.Done())
	}
	check(t, q.Put(ctx, 1))
	if got := fmt.Sprint(must(q.GetBytes(ctx, nil))(t)); got != `ipcq.Item([]byte("\x01"))` {
		t.Errorf("got %s", got)
	}
	putForeign(t, q, raw.TYPE_MESSAGEPACK, []byte{0xc1})
	unreadable, _ := q.Get(ctx)
	if got := fmt.Sprint(unreadable); got != `ipcq.Item([]byte("\xc1"))` {
		t.Errorf("got %s", got)
	}
	if got := fmt.Sprint(ipcq.Item{}); got != "ipcq.Item(<nil>)" {
		t.Errorf("got %s", got)
	}
}

func TestSharedMemoryIsNotPrinted(t *testing.T) {
	q := fresh(t)
	reservation := must(q.Reserve(ctx, 100))(t)
	if got := fmt.Sprint(reservation); got != "ipcq.Reservation(100 bytes)" {
		t.Errorf("got %s", got)
	}
	check(t, reservation.Commit(ctx, 50))
	view := must(q.Borrow(ctx))(t)
	if got := fmt.Sprint(view); got != "ipcq.View(50 bytes)" {
		t.Errorf("got %s", got)
	}
	check(t, view.Release())
}
