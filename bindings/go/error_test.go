// SPDX-License-Identifier: Apache-2.0

package ipcq_test

import (
	"errors"
	"io/fs"
	"regexp"
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
		get, tryGet, length, stats, participants, q.Put(ctx, 1), q.TryPut(1), q.TaskDone(), q.Join(ctx),
		q.Shutdown(ipcq.Drain),
	} {
		expect(t, err, ipcq.ErrBadHandle)
		expect(t, err, fs.ErrClosed)
	}
}

func TestEveryCodeHasItsOwnSentence(t *testing.T) {
	seen := map[string]ipcq.Code{}
	for code := ipcq.ErrEmpty; code >= ipcq.ErrAmbiguous; code-- {
		sentence := code.Error()
		if strings.Contains(sentence, "?") {
			t.Errorf("%d is unknown: %s", code, sentence)
		}
		expectGo(t, code)
		if other, ok := seen[sentence]; ok {
			t.Errorf("%d and %d both say %q", code, other, sentence)
		}
		seen[sentence] = code
	}
}

// What a message must not contain: names of the C library and of the other bindings.
var foreign = regexp.MustCompile(
	`(?i:ipcq)_|NULL|manual page|task_done|max_items|capacity_bytes|max_participants|joinable is`)

func expectGo(t *testing.T, err error) {
	t.Helper()
	if found := foreign.FindString(err.Error()); found != "" {
		t.Errorf("%q in %v", found, err)
	}
}

func TestMessagesNameTheRemedyInGo(t *testing.T) {
	q := fresh(t, ipcq.MaxItems(2), ipcq.Joinable())
	open := func(opts ...ipcq.Option) error { _, err := ipcq.Open(q.Name(), opts...); return err }
	openNone := func(opts ...ipcq.Option) error { _, err := ipcq.Open(q.Name()+"-none", opts...); return err }
	_, anonymous := ipcq.Open("anonymous-0123456789abcdef0123456789abcdef")
	_, openOnlyAnonymous := ipcq.OpenAnonymous(ipcq.OpenOnly())
	check(t, q.Put(ctx, 1))
	check(t, q.Put(ctx, 2))
	plain, strict := fresh(t), again(t, q, ipcq.Strict())
	must(strict.GetMany(ctx, 2))(t)
	check(t, q.Put(ctx, 3))
	check(t, q.Put(ctx, 4))
	reservation := must(plain.Reserve(ctx, 1))(t)
	check(t, reservation.Abandon())
	closed := again(t, q)
	check(t, closed.Close())
	for _, said := range []struct {
		err      error
		expected string
	}{
		{openNone(ipcq.OpenOnly()), "open it without OpenOnly()"},
		{anonymous, "make a new one with OpenAnonymous()"},
		{openOnlyAnonymous, "leave out OpenOnly()"},
		{open(ipcq.CreateOnly()), "open it without CreateOnly()"},
		{open(ipcq.MaxItems(3)), "MaxItems is 2, asked for 3: The queue exists"},
		{open(ipcq.CapacityBytes(1 << 20)), "CapacityBytes is "},
		{open(ipcq.MaxParticipants(3)), "MaxParticipants is "},
		{open(ipcq.Plain()), "it is joinable, asked for as Plain()"},
		{open(ipcq.Plain(), ipcq.Joinable()), "leave out Plain() or Joinable()"},
		{open(ipcq.OpenOnly(), ipcq.CreateOnly()), "exclude each other"},
		{open(ipcq.MaxItems(-1)), "MaxItems is negative"},
		{open(ipcq.CapacityBytes(1 << 40)), "CapacityBytes is out of range"},
		{open(ipcq.MaxParticipants(4097)), "MaxParticipants is out of range"},
		{open(ipcq.Mode(0o644)), "use 0600, 0660, 0606 or 0666"},
		{ipcq.Unlink(q.Name() + "-none"), "go on if only its absence matters"},
		{q.TryPut(5), "of MaxItems 2)"},
		{plain.Join(ctx), "make it with Joinable()"},
		{plain.PutBytes(ctx, make([]byte, 2<<30)), "larger CapacityBytes, or put it in parts"},
		{strict.TaskDone(), "call Done of the one that is meant"},
		{q.TaskDone(), "finish an item, or give it back, once"},
		{reservation.Abandon(), "Abandon a Reservation once"},
		{q.Shutdown(7), "see the description of the call"},
		{closed.Put(ctx, 1), "This Queue is closed"},
		{new(ipcq.Queue).Put(ctx, 1), "make it with Open"},
	} {
		if said.err == nil || !strings.Contains(said.err.Error(), said.expected) {
			t.Errorf("expected %q, got %v", said.expected, said.err)
		} else {
			expectGo(t, said.err)
		}
	}
}

func TestANameIsShownAsItIs(t *testing.T) {
	const name = "max_items"
	_, err := ipcq.Open(name, ipcq.OpenOnly())
	if !strings.HasPrefix(err.Error(), `ipcq: open "max_items": /dev/shm/ipcq.max_items (`) {
		t.Error(err)
	}
}

func TestOpenTakesAQueueAsItIs(t *testing.T) {
	special := fresh(t, ipcq.Joinable(), ipcq.MaxItems(7), ipcq.CapacityBytes(4<<20))
	for _, made := range []*ipcq.Queue{fresh(t), special} {
		asked, is := must(made.Stats())(t), must(must(ipcq.Open(made.Name()))(t).Stats())(t)
		if is.Joinable != asked.Joinable || is.MaxItems != asked.MaxItems || is.CapacityBytes != asked.CapacityBytes {
			t.Errorf("made as %+v, opened as %+v", asked, is)
		}
	}
}
