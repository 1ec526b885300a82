// SPDX-License-Identifier: Apache-2.0

package ipcq_test

import (
	"bytes"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/vmihailenco/msgpack/v5"

	"ipcq/internal/raw"
)

func TestShortValuesTravelAsTheLibraryWouldWriteThem(t *testing.T) {
	q := fresh(t)
	values := []any{nil, true, false, 0.5, math.Inf(-1), "", uint(7), uint32(1 << 31), int32(-1 << 31), []any(nil),
		[]any{},
		map[string]any(nil), map[string]any{"a": []any{1, "b", nil}}, map[string]any{strings.Repeat("k", 300): 1},
		make([]any, 15), make([]any, 16), []any{make(map[string]any), []byte{1}},
		[]any{make([]byte, 256), make([]byte, 1<<16), make(map[string]any)}, make([]any, 1<<16)}
	for bit := 0; bit < 64; bit++ {
		for _, near := range []uint64{1<<bit - 1, 1 << bit, 1<<bit + 1} {
			values = append(values, near, int64(near), -int64(near), int(near), int32(near))
		}
	}
	for _, size := range []int{31, 32, 255, 256, 4000, 5000} {
		text := strings.Repeat("x", size)
		values = append(values, text, []any{text, text}, []any{[]any{text}, text, 1, text})
	}
	for _, value := range values {
		var written bytes.Buffer
		library := msgpack.NewEncoder(&written)
		library.UseCompactInts(true)
		check(t, library.Encode(value))
		check(t, q.Put(ctx, value))
		if item := must(q.Get(ctx))(t); !bytes.Equal(item.Bytes(), written.Bytes()) {
			t.Errorf("%#v travels as %x, not as %x", value, item.Bytes(), written.Bytes())
		}
	}
}

func TestEveryFormatIsRead(t *testing.T) {
	q := fresh(t)
	for _, written := range []struct {
		as    string
		value any
	}{
		{"\x7f", int64(127)}, {"\xe0", int64(-32)}, {"\xcc\xff", int64(255)}, {"\xcd\xff\xfe", int64(65534)},
		{"\xce\xff\xff\xff\xfe", int64(1<<32 - 2)}, {"\xcf\x00\x00\x00\x00\x00\x00\x00\x01", int64(1)},
		{"\xcf\xff\xff\xff\xff\xff\xff\xff\xff", uint64(math.MaxUint64)}, {"\xd0\x80", int64(-128)},
		{"\xd1\x80\x00", int64(-32768)}, {"\xd2\x80\x00\x00\x00", int64(-1 << 31)},
		{"\xd3\x80\x00\x00\x00\x00\x00\x00\x00", int64(math.MinInt64)}, {"\xca\x3f\x00\x00\x00", 0.5},
		{"\xcb\x3f\xe0\x00\x00\x00\x00\x00\x00", 0.5}, {"\xc0", nil}, {"\xc2", false}, {"\xc3", true},
		{"\xa2ab", "ab"}, {"\xd9\x01a", "a"}, {"\xda\x00\x01a", "a"}, {"\xdb\x00\x00\x00\x01a", "a"},
		{"\xc4\x01a", []byte("a")}, {"\xc5\x00\x01a", []byte("a")}, {"\xc6\x00\x00\x00\x01a", []byte("a")},
		{"\x91\xc0", []any{nil}}, {"\xdc\x00\x01\x01", []any{int64(1)}}, {"\xdd\x00\x00\x00\x01\x01", []any{int64(1)}},
		{"\x81\xa1a\x01", map[string]any{"a": int64(1)}}, {"\xde\x00\x01\xa1a\x01", map[string]any{"a": int64(1)}},
		{"\xdf\x00\x00\x00\x01\xa1a\x01", map[string]any{"a": int64(1)}},
		{"\x82\xa1a\x01\x02\x03", map[any]any{"a": int64(1), int64(2): int64(3)}},
	} {
		putForeign(t, q, raw.TYPE_MESSAGEPACK, []byte(written.as))
		item := must(q.Get(ctx))(t)
		if !reflect.DeepEqual(item.Value, written.value) || string(item.Bytes()) != written.as {
			t.Errorf("%x is %#v, not %#v", written.as, item.Value, written.value)
		}
	}
}
