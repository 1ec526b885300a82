// SPDX-License-Identifier: Apache-2.0

package ipcq_test

import (
	"os"
	"strings"
	"testing"

	"ipcq"
)

func TestStats(t *testing.T) {
	q := fresh(t, ipcq.Joinable(), ipcq.MaxItems(10), ipcq.CapacityBytes(8<<20), ipcq.MaxParticipants(7))
	for i := 0; i < 6; i++ {
		check(t, q.Put(ctx, i))
	}
	check(t, must(q.Get(ctx))(t).Done())
	check(t, must(q.Get(ctx))(t).Done())
	check(t, must(q.Get(ctx))(t).Nack())
	must(q.Get(ctx))(t)
	s := must(q.Stats())(t)
	if s.Items != 3 || s.Taken != 1 || s.Puts != 6 || s.Gets != 4 || s.Dones != 2 || s.Nacks != 1 || s.Redelivered != 1 ||
		s.Recovered != 0 || s.Participants != 1 || s.GettersWaiting != 0 || s.MaxItems != 10 || s.CapacityBytes < 8<<20 ||
		s.MaxParticipants != 7 || !s.Joinable || s.Shutdown != 0 || s.BytesUsed == 0 || s.BytesBacked < s.BytesUsed ||
		s.ItemMaxBytes == 0 || s.ItemMaxBytes > s.CapacityBytes {
		t.Errorf("%+v", s)
	}
}

func TestParticipants(t *testing.T) {
	q := fresh(t, ipcq.Joinable())
	check(t, q.Put(ctx, 1))
	must(q.Get(ctx))(t)
	const others = 20
	for i := 0; i < others; i++ {
		again(t, q)
	}
	selves, all := 0, must(q.Participants())(t)
	for _, p := range all {
		if p.PID != os.Getpid() || !p.Alive || p.Command == "" {
			t.Errorf("%+v", p)
		}
		if p.Self {
			selves++
			if p.Taken != 1 || p.Puts != 1 || p.Gets != 1 {
				t.Errorf("%+v", p)
			}
		}
	}
	if len(all) != others+1 || selves != 1 {
		t.Errorf("%d participants, %d of them me", len(all), selves)
	}
}

func TestAnonymousQueuesHaveNames(t *testing.T) {
	q := must(ipcq.OpenAnonymous())(t)
	other := again(t, q)
	check(t, q.Put(ctx, 1))
	must(other.TryGet())(t)
	if !strings.Contains(q.String(), q.Name()) || q.Name() == "" {
		t.Error(q)
	}
	check(t, q.Close())
}

func TestVersion(t *testing.T) {
	if ipcq.Version() <= 0 {
		t.Error(ipcq.Version())
	}
}
