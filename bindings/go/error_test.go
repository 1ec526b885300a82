// SPDX-License-Identifier: Apache-2.0

package ipcq_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"ipcq"
)

func TestFullAndEmptyAreAnswers(t *testing.T) {
	q := fresh(t, ipcq.MaxItems(2))
	_, err := q.TryGet()
	expect(t, err, ipcq.ErrEmpty)
	check(t, q.TryPut(1))
	check(t, q.TryPutBytes([]byte{2}))
	expect(t, q.TryPut(3), ipcq.ErrFull)
	expect(t, q.TryPutBytes([]byte{3}), ipcq.ErrFull)
	if !must(q.Full())(t) || must(q.Len())(t) != 2 || must(q.Cap())(t) != 2 || must(q.Empty())(t) {
		t.Error("the queue says otherwise")
	}
}

func TestShutdown(t *testing.T) {
	drained, discarded := fresh(t), fresh(t)
	check(t, drained.Put(ctx, 1))
	check(t, discarded.Put(ctx, 1))
	check(t, drained.Shutdown(ipcq.Drain))
	check(t, discarded.Shutdown(ipcq.Immediate))
	expect(t, drained.TryPut(2), ipcq.ErrClosed)
	must(drained.Get(ctx))(t)
	_, err := drained.Get(ctx)
	expect(t, err, ipcq.ErrClosed)
	_, err = discarded.TryGet()
	expect(t, err, ipcq.ErrClosed)
	if mode := must(discarded.Stats())(t).Shutdown; mode != ipcq.Immediate {
		t.Errorf("shutdown %v", mode)
	}
	expect(t, drained.Shutdown(7), ipcq.ErrInvalid)
}

func TestOpenRefusals(t *testing.T) {
	q := fresh(t, ipcq.MaxItems(2))
	for _, refusal := range []struct {
		name   string
		opts   []ipcq.Option
		target error
	}{
		{q.Name() + "-none", []ipcq.Option{ipcq.OpenOnly()}, ipcq.ErrNotFound},
		{q.Name() + "-none", []ipcq.Option{ipcq.OpenOnly()}, fs.ErrNotExist},
		{q.Name(), []ipcq.Option{ipcq.CreateOnly()}, ipcq.ErrExists},
		{q.Name(), []ipcq.Option{ipcq.CreateOnly()}, fs.ErrExist},
		{q.Name(), []ipcq.Option{ipcq.MaxItems(3)}, ipcq.ErrMismatch},
		{q.Name(), []ipcq.Option{ipcq.Joinable()}, ipcq.ErrMismatch},
		{q.Name(), []ipcq.Option{ipcq.MaxItems(-1)}, ipcq.ErrInvalid},
		{q.Name(), []ipcq.Option{ipcq.Joinable(), ipcq.Plain()}, ipcq.ErrInvalid},
		{q.Name(), []ipcq.Option{ipcq.Mode(0o644)}, ipcq.ErrInvalid},
		{q.Name(), []ipcq.Option{ipcq.Mode(fs.ModeSetuid | 0o600)}, ipcq.ErrInvalid},
		{"", nil, ipcq.ErrBadName},
		{"a/b", nil, ipcq.ErrBadName},
		{q.Name() + "\x00tail", nil, ipcq.ErrBadName},
		{strings.Repeat("x", 201), nil, ipcq.ErrBadName},
		{"amqp://host/queue", nil, ipcq.ErrScheme},
	} {
		_, err := ipcq.Open(refusal.name, refusal.opts...)
		expect(t, err, refusal.target)
		var failure *ipcq.Error
		if !errors.As(err, &failure) || failure.Op != "open" || failure.Queue != refusal.name || failure.Detail == "" {
			t.Errorf("%#v", err)
		}
	}
	expect(t, ipcq.Unlink(q.Name()+"-none"), ipcq.ErrNotFound)
	expect(t, ipcq.Unlink(q.Name()+"\x00tail"), ipcq.ErrBadName)
}

func TestTooLargeIsRefusedAtOnce(t *testing.T) {
	q := fresh(t, ipcq.CapacityBytes(4<<20))
	err := q.PutBytes(ctx, make([]byte, 5<<20))
	expect(t, err, ipcq.ErrTooLarge)
	if !must(q.Empty())(t) {
		t.Error("it was put all the same")
	}
}

func TestAClosedHandleAnswers(t *testing.T) {
	q := again(t, fresh(t, ipcq.Joinable()))
	check(t, q.Close())
	check(t, q.Close())
	_, get := q.Get(ctx)
	_, tryGet := q.TryGet()
	_, length := q.Len()
	_, stats := q.Stats()
	_, participants := q.Participants()
	for _, err := range []error{
		get, tryGet, length, stats, participants, q.Put(ctx, 1), q.TryPut(1), q.TaskDone(), q.Join(ctx), q.Shutdown(ipcq.Drain),
	} {
		expect(t, err, ipcq.ErrBadHandle)
		expect(t, err, fs.ErrClosed)
	}
}

func TestEveryCodeHasItsOwnSentence(t *testing.T) {
	seen := map[string]ipcq.Code{}
	for code := ipcq.ErrEmpty; code >= ipcq.ErrNotReserved; code-- {
		sentence := code.Error()
		if other, ok := seen[sentence]; ok {
			t.Errorf("%d and %d both say %q", code, other, sentence)
		}
		seen[sentence] = code
	}
}
