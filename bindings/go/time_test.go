// SPDX-License-Identifier: Apache-2.0

package ipcq_test

import (
	"math"
	"testing"
	"time"

	"ipcq"
	"ipcq/internal/raw"
)

func TestTimesTravelInTheirShortestForm(t *testing.T) {
	q := fresh(t)
	for _, form := range []struct {
		moment  time.Time
		written string
	}{
		{time.Unix(0, 0), "\xd6\xff\x00\x00\x00\x00"},
		{time.Unix(1<<32-1, 0), "\xd6\xff\xff\xff\xff\xff"},
		{time.Unix(0, 1), "\xd7\xff\x00\x00\x00\x04\x00\x00\x00\x00"},
		{time.Unix(1<<32, 0), "\xd7\xff\x00\x00\x00\x01\x00\x00\x00\x00"},
		{time.Unix(1<<34-1, 999_999_999), "\xd7\xff\xee\x6b\x27\xff\xff\xff\xff\xff"},
		{time.Unix(1<<34, 0), "\xc7\x0c\xff\x00\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00\x00"},
		{time.Unix(-1, 500_000_000), "\xc7\x0c\xff\x1d\xcd\x65\x00\xff\xff\xff\xff\xff\xff\xff\xff"},
		{time.Time{}, "\xc7\x0c\xff\x00\x00\x00\x00\xff\xff\xff\xf1\x88\x6e\x09\x00"},
	} {
		elsewhere := form.moment.In(time.FixedZone("elsewhere", 3600))
		for _, value := range []any{elsewhere, &elsewhere} {
			check(t, q.Put(ctx, value))
			item := must(q.Get(ctx))(t)
			got := item.Value.(time.Time)
			if string(item.Bytes()) != form.written || !got.Equal(form.moment) || got.Location() != time.UTC {
				t.Errorf("%v travels as %x and arrives as %v", form.moment, item.Bytes(), got)
			}
			var decoded time.Time
			check(t, item.Decode(&decoded))
			if !decoded.Equal(form.moment) || decoded.Location() != time.UTC {
				t.Errorf("%v is decoded as %v", form.moment, decoded)
			}
		}
	}
	type record struct{ At time.Time }
	sent := record{time.Unix(1, 5)}
	check(t, q.Put(ctx, []record{sent}))
	var got []record
	check(t, must(q.Get(ctx))(t).Decode(&got))
	if !got[0].At.Equal(sent.At) {
		t.Errorf("put %v, got %v", sent, got)
	}
}

func TestTimesThatALanguageDoesNotHaveAreRefused(t *testing.T) {
	q := fresh(t)
	first := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	last := time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC)
	for _, moment := range []time.Time{first, last} {
		check(t, q.Put(ctx, moment))
		if got := must(q.Get(ctx))(t).Value.(time.Time); !got.Equal(moment) {
			t.Errorf("put %v, got %v", moment, got)
		}
	}
	for _, moment := range []time.Time{first.Add(-1), last.Add(1), time.Unix(math.MaxInt64, 0)} {
		refusePut(t, q, moment, "value: a time.Time outside the years 1 to 9999")
		refusePut(t, q, struct{ At []time.Time }{[]time.Time{moment}}, "value.At[0]: a time.Time outside")
	}
}

func TestTimesThatNobodyHas(t *testing.T) {
	q := fresh(t)
	for _, written := range []string{
		"\xd5\xff\x00\x00",                         // of two bytes
		"\xd7\xff\xee\x6b\x28\x00\x00\x00\x00\x00", // a thousand million nanoseconds
		"\xc7\x0c\xff\xff\xff\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00",
		"\xc7\x0c\xff\x00\x00\x00\x00\x7f\xff\xff\xff\xff\xff\xff\xff", // seconds beyond time.Time
		"\xc7\x0c\xff\x00\x00\x00\x00\x7f\xff\xff\xf1\x88\x6e\x09\x00", // the first of them
		"\xc7\x0c\xff\x3b\x9a\xca\x00\x00\x00\x00\x00\x00\x00\x00\x00", // a thousand million nanoseconds
		"\x81\xd6\xff\x00\x00\x00\x00\x01",                             // as a key
	} {
		putForeign(t, q, raw.TYPE_MESSAGEPACK, []byte(written))
		item, err := q.Get(ctx)
		expect(t, err, ipcq.ErrMalformed)
		if string(item.Bytes()) != written {
			t.Error("the bytes are not there")
		}
	}
	for written, seconds := range map[string]int64{
		"\xc7\x04\xff\x00\x00\x00\x01":                                 1,                           // a header too long
		"\xc7\x0c\xff\x00\x00\x00\x00\x7f\xff\xff\xf1\x88\x6e\x08\xff": math.MaxInt64 - 62135596800, // the last second
	} {
		putForeign(t, q, raw.TYPE_MESSAGEPACK, []byte(written))
		if got := must(q.Get(ctx))(t).Value.(time.Time); got.Unix() != seconds {
			t.Errorf("%x arrives as %v", written, got)
		}
	}
}
