// SPDX-License-Identifier: Apache-2.0

package ipcq_test

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"testing"
	"time"

	"ipcq"
	"ipcq/grid/values"
	"ipcq/internal/raw"
)

func arrive(t *testing.T, q *ipcq.Queue, value any) any {
	t.Helper()
	check(t, q.Put(ctx, value))
	return must(q.Get(ctx))(t).Value
}

func TestEveryKindOfValueArrivesNative(t *testing.T) {
	q := fresh(t)
	for _, value := range values.All {
		if got := arrive(t, q, value); !reflect.DeepEqual(got, value) {
			t.Errorf("put %#v, got %#v", value, got)
		}
	}
}

func TestGoTypesArriveAsTheCommonOnes(t *testing.T) {
	q := fresh(t)
	moment := time.Unix(1_700_000_000, 5)
	for _, pair := range [][2]any{
		{200, int64(200)}, {uint8(200), int64(200)}, {int16(-300), int64(-300)}, {uint64(1) << 62, int64(1) << 62},
		{uint64(math.MaxInt64) + 1, uint64(math.MaxInt64) + 1}, {float32(0.5), 0.5},
		{[]int{1, 2}, []any{int64(1), int64(2)}}, {[]any{[]byte{}}, []any{[]byte{}}},
		{map[string]int{"a": 1}, map[string]any{"a": int64(1)}},
		{map[int]string{7: "seven"}, map[any]any{int64(7): "seven"}},
		{map[any]any{"a": 1, 2: "b"}, map[any]any{"a": int64(1), int64(2): "b"}},
		{struct {
			Name string `msgpack:"name"`
		}{"alex"}, map[string]any{"name": "alex"}},
	} {
		if got := arrive(t, q, pair[0]); !reflect.DeepEqual(got, pair[1]) {
			t.Errorf("put %#v, expected %#v, got %#v", pair[0], pair[1], got)
		}
	}
	if got := arrive(t, q, moment).(time.Time); !got.Equal(moment) {
		t.Errorf("put %v, got %v", moment, got)
	}
	if got := arrive(t, q, math.NaN()).(float64); !math.IsNaN(got) {
		t.Errorf("put NaN, got %v", got)
	}
}

func TestBytesOfAnySizeArrive(t *testing.T) {
	q := fresh(t)
	for _, size := range []int{0, 1, 4095, 4096, 4097, 5 << 20} {
		data := bytes.Repeat([]byte{0, 0xff, 'x'}, size/3+1)[:size]
		check(t, q.PutBytes(ctx, data))
		item := must(q.Get(ctx))(t)
		if !bytes.Equal(item.Value.([]byte), data) || !bytes.Equal(item.Bytes(), data) {
			t.Errorf("%d bytes arrived changed", size)
		}
		var decoded []byte
		check(t, item.Decode(&decoded))
		if !bytes.Equal(decoded, data) {
			t.Errorf("%d bytes were decoded changed", size)
		}
	}
	if got := arrive(t, q, []byte(nil)); got == nil {
		t.Error("a nil []byte is empty bytes, not nil")
	}
}

func TestBytesWithinAStructWithPointers(t *testing.T) {
	q := fresh(t)
	record := &struct {
		next *int
		data [8192]byte
	}{next: new(int)}
	record.data[8191] = 'x'
	check(t, q.PutBytes(ctx, record.data[:]))
	check(t, q.TryPutBytes(record.data[8190:]))
	if got := must(q.Get(ctx))(t).Value.([]byte); len(got) != 8192 || got[8191] != 'x' {
		t.Error("the bytes arrived changed")
	}
}

func TestStructsAreDecoded(t *testing.T) {
	type job struct {
		File  string `msgpack:"file"`
		Lines []int  `msgpack:"lines"`
	}
	q, sent := fresh(t), job{"a.txt", []int{1, 2}}
	check(t, q.Put(ctx, sent))
	var got job
	check(t, must(q.Get(ctx))(t).Decode(&got))
	if !reflect.DeepEqual(got, sent) {
		t.Errorf("put %v, got %v", sent, got)
	}
	check(t, q.Put(ctx, "a text"))
	if err := must(q.Get(ctx))(t).Decode(&got); err == nil {
		t.Error("a text is no job")
	}
	check(t, q.PutBytes(ctx, []byte("bytes")))
	expect(t, must(q.Get(ctx))(t).Decode(&got), ipcq.ErrWrongType)
}

func TestAPickleStaysForPython(t *testing.T) {
	q := fresh(t)
	putForeign(t, q, raw.TYPE_PICKLE, []byte("\x80\x04N."))
	_, err := q.TryGet()
	expect(t, err, ipcq.ErrWrongType)
	_, err = q.Get(ctx)
	expect(t, err, ipcq.ErrWrongType)
	if text := err.Error(); !bytes.Contains([]byte(text), []byte("type 2, a pickle")) {
		t.Errorf("the tag is not named: %s", text)
	}
	if must(q.Len())(t) != 1 {
		t.Error("the pickle did not stay")
	}
}

func TestMalformedMessagePackIsAnErrorAndCanBeFinished(t *testing.T) {
	q := fresh(t, ipcq.Joinable())
	for _, data := range [][]byte{
		{}, {0xc1}, {0x01, 0x02}, // nothing, no format, two values
		{0xdd, 0xff, 0xff, 0xff, 0xff}, {0xdf, 0xff, 0xff, 0xff, 0xff}, // a list and a map
		{0xdb, 0xff, 0xff, 0xff, 0xff, 'a'}, {0xc6, 0xff, 0xff, 0xff, 0xff}, // text and bytes that are cut off
		{0x81, 0x91, 0x01, 0x01}, {0xd4, 0x63, 0x00}, // a list as a key, an extension nobody knows
		{0x81, 0xc4, 0x01, 'a', 0x01}, {0xa1, 0xff}, {0x91, 0xd9, 0x01, 0xff}, // bytes as a key, text that is none
	} {
		putForeign(t, q, raw.TYPE_MESSAGEPACK, data)
		item, err := q.Get(ctx)
		expect(t, err, ipcq.ErrMalformed)
		var failure *ipcq.Error
		if !errors.As(err, &failure) || failure.Item == nil || !bytes.Equal(failure.Item.Bytes(), data) {
			t.Fatalf("the error has not the item: %#v", err)
		}
		if !bytes.Equal(item.Bytes(), data) {
			t.Error("the bytes are not there")
		}
		if len(data)%2 == 0 {
			check(t, item.Done())
		} else {
			check(t, failure.Item.Done())
		}
	}
	check(t, q.Join(ctx))
}

func TestDeepValues(t *testing.T) {
	q := fresh(t)
	for depth, expected := range map[int]error{128: nil, 129: ipcq.ErrMalformed, 5 << 20: ipcq.ErrMalformed} {
		putForeign(t, q, raw.TYPE_MESSAGEPACK, append(bytes.Repeat([]byte{0x91}, depth), 0xc0))
		if _, err := q.Get(ctx); !errors.Is(err, expected) {
			t.Errorf("%d lists within each other: %v", depth, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{0x93, 0x01, 0xa1, 'a', 0xc0})
	f.Add([]byte{0x81, 0xa1, 'a', 0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	q := fresh(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		putForeign(t, q, raw.TYPE_MESSAGEPACK, data)
		if item, err := q.Get(ctx); err == nil {
			check(t, q.Put(ctx, item.Value))
			again := must(q.Get(ctx))(t)
			check(t, q.Put(ctx, again.Value))
			if third := must(q.Get(ctx))(t); len(third.Bytes()) != len(again.Bytes()) {
				t.Errorf("%x, then %x", again.Bytes(), third.Bytes())
			}
		}
	})
}
