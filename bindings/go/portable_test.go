// SPDX-License-Identifier: Apache-2.0

package ipcq_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/big"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/vmihailenco/msgpack/v5"

	"ipcq"
)

type node struct {
	Name   string
	Parent *node
	Kids   []*node
}

type loop *loop

type embedsItself struct {
	*embedsItself
	V int
}

type failing struct{ V int }

var errOwn = errors.New("not today")

func (failing) MarshalMsgpack() ([]byte, error) { return nil, errOwn }

type verbatim string

func (v verbatim) MarshalMsgpack() ([]byte, error) { return []byte(v), nil }

type level int

func (l level) MarshalText() ([]byte, error) { return []byte(fmt.Sprint(int(l))), nil }

func nested(depth int) any {
	var value any = []any{}
	for ; depth > 1; depth-- {
		value = []any{value}
	}
	return value
}

func nestedMaps(depth int) any {
	var value any = map[int]any{}
	for ; depth > 1; depth-- {
		value = map[int]any{1: value}
	}
	return value
}

func chain(length int) *node {
	var first *node
	for ; length > 0; length-- {
		first = &node{Parent: first}
	}
	return first
}

// cycles are values that contain themselves.
func cycles() map[string]any {
	root := &node{Name: "root"}
	root.Kids = []*node{{Name: "kid", Parent: root}}
	named, numbered, list := map[string]any{}, map[int]any{}, make([]any, 1)
	named["self"], numbered[1], list[0] = named, numbered, list
	mixed := map[string]any{"list": []any{0, list}}
	array := &[1]any{}
	array[0] = array
	var pointer any
	pointer = &pointer
	var turning loop
	turning = &turning
	return map[string]any{"tree": root, "map": named, "map of numbers": numbered, "list": list, "mixed": mixed,
		"array": array, "pointer": pointer, "named pointer": turning}
}

// refusePut tries every way to put the value, and that nothing is put.
func refusePut(t *testing.T, q *ipcq.Queue, value any, expected string) {
	t.Helper()
	_, many := q.PutMany(ctx, 1, value)
	_, tryMany := q.TryPutMany(value, 1)
	for _, err := range []error{q.Put(ctx, value), q.TryPut(value), many, tryMany} {
		if !errors.Is(err, ipcq.ErrUnportable) || !strings.Contains(err.Error(), expected) {
			t.Errorf("expected %q, got %v", expected, err)
		}
	}
	if !must(q.Empty())(t) {
		t.Fatal("something was put")
	}
}

func TestAValueThatContainsItselfIsRefused(t *testing.T) {
	q := fresh(t)
	for name, value := range cycles() {
		t.Run(name, func(t *testing.T) { refusePut(t, q, value, "the value contains itself") })
	}
	refusePut(t, q, embedsItself{}, "embeds itself")
}

func TestASharedPartIsNoCycle(t *testing.T) {
	q, part := fresh(t), []any{int64(1)}
	if got := arrive(t, q, []any{part, part}); !reflect.DeepEqual(got, []any{part, part}) {
		t.Errorf("got %v", got)
	}
	kid := &node{Name: "kid"}
	check(t, q.Put(ctx, node{Kids: []*node{kid, kid, nil}}))
}

func TestDepthOnBothSidesOfTheLimit(t *testing.T) {
	q := fresh(t)
	for _, value := range []any{nested(128), nestedMaps(128), chain(127), []any{chain(126)}, []any{1, nested(127)}} {
		check(t, q.Put(ctx, value))
		must(q.Get(ctx))(t)
	}
	deeper := []any{nested(129), nestedMaps(129), nested(5000), chain(129), map[string]any{"a": nested(128)}}
	for _, value := range deeper {
		refusePut(t, q, value, "more than 128 lists, maps and structs")
	}
}

func TestUnportableValuesAreRefused(t *testing.T) {
	q := fresh(t)
	beyond := new(big.Int).Lsh(big.NewInt(1), 64)
	below := new(big.Int).Sub(big.NewInt(math.MinInt64), big.NewInt(1))
	type text string
	type wrapper struct{ Err error }
	for _, refusal := range []struct {
		value    any
		expected string
	}{
		{"caf\xe9", "value: text that is not valid UTF-8"},
		{text("caf\xe9"), "value: text that is not valid UTF-8"},
		{[]string{"a", "caf\xe9"}, "value[1]: text that is not valid UTF-8"},
		{map[string]any{"caf\xe9": 1}, `value[key "caf\xe9"]: text that is not valid UTF-8`},
		{map[string]int{"caf\xe9": 1}, `value[key "caf\xe9"]: text that is not valid UTF-8`},
		{map[string]any{"a": []any{0, 1, 2, map[text]string{"b": "\xff"}}}, `value["a"][3]["b"]: text`},
		{node{Kids: []*node{{Name: "\xff"}}}, "value.Kids[0].Name: text"},
		{map[string]any{"a": []any{0, 1, 2, map[[2]int]string{{}: ""}}}, `value["a"][3]: a map key of type [2]int`},
		{map[any]any{struct{ A int }{}: 1}, "a map key of type struct"},
		{map[time.Time]int{{}: 1}, "a map key of type time.Time"},
		{map[*int]int{new(int): 1}, "a map key of type *int"},
		{map[level]int{1: 1}, "a map key of type ipcq_test.level"},
		{make(chan int), "a chan int is not portable"},
		{map[string]any{"f": func() {}}, `value["f"]: a func() is not portable`},
		{complex(1, 2), "a complex128 is not portable"},
		{uintptr(1), "a uintptr is not portable"},
		{unsafe.Pointer(new(int)), "a unsafe.Pointer is not portable"},
		{errOwn, "value: an error is not portable: put its text"},
		{wrapper{errOwn}, "value.Err: an error is not portable"},
		{[]any{fmt.Errorf("more: %w", errOwn)}, "value[0]: an error is not portable"},
		{&fs.PathError{Err: errOwn}, "an error is not portable"},
		{struct{ a int }{1}, "has no exported fields"},
		{struct{}{}, "has no exported fields"},
		{struct {
			A int `json:"-"`
		}{1}, "has no exported fields"},
		{beyond, "a big.Int is not portable"},
		{below, "a big.Int is not portable"},
		{*big.NewRat(1, 2), "a big.Rat is not portable"},
		{failing{}, "not today"},
		{[]any{verbatim("\x01\x02")}, "1 bytes follow the MessagePack value"},
		{verbatim("\xd4\x63\x00"), "an extension of type 99"},
		{verbatim("\xa1\xff"), "not valid UTF-8"},
		{[]any{verbatim(strings.Repeat("\x91", 128) + "\xc0")}, "lists and maps within each other"},
	} {
		refusePut(t, q, refusal.value, refusal.expected)
	}
	expect(t, q.Put(ctx, failing{}), errOwn)
	_, err := q.PutMany(ctx, 1, 2, make(chan int))
	if !strings.Contains(err.Error(), "value 3 of 3, value: a chan int") {
		t.Errorf("it is not named: %v", err)
	}
}

func TestPortableValuesOfManyTypes(t *testing.T) {
	q := fresh(t)
	type letter byte
	type text string
	address := "file:///a?b=c"
	for _, pair := range [][2]any{
		{uint64(1) << 63, uint64(1) << 63}, {int64(math.MinInt64), int64(math.MinInt64)},
		{map[any]any{nil: 0, true: 1, -1: 2, 1.5: 3, "k": 4},
			map[any]any{nil: int64(0), true: int64(1), int64(-1): int64(2), 1.5: int64(3), "k": int64(4)}},
		{map[uint64]int{math.MaxUint64: 1}, map[any]any{uint64(math.MaxUint64): int64(1)}},
		{map[bool]int{true: 1}, map[any]any{true: int64(1)}}, {map[text]text{"a": "b"}, map[string]any{"a": "b"}},
		{map[uint8]int{200: 1}, map[any]any{int64(200): int64(1)}},
		{map[float32]int{0.5: 1}, map[any]any{0.5: int64(1)}},
		{[3]byte{1, 2, 3}, []byte{1, 2, 3}}, {&[2]letter{1, 2}, []byte{1, 2}}, {[2]letter{1, 2}, []byte{1, 2}},
		{[]letter{1}, []byte{1}}, {[]any{[]byte(nil)}, []any{nil}}, {map[string]bool(nil), nil},
		{(*int)(nil), nil}, {[]error{nil}, []any{nil}}, {(*url.URL)(nil), nil}, {new(string), ""},
		{time.Second, int64(time.Second)},
		{[]any{verbatim("\x93\x01\x02\x03")}, []any{[]any{int64(1), int64(2), int64(3)}}},
		{*must(url.Parse(address))(t), []byte(address)}, {level(3), []byte("3")},
		{msgpack.RawMessage("\xa1a"), "a"}, {strings.Repeat("ü", 40), strings.Repeat("ü", 40)},
	} {
		if got := arrive(t, q, pair[0]); !reflect.DeepEqual(got, pair[1]) {
			t.Errorf("put %#v, expected %#v, got %#v", pair[0], pair[1], got)
		}
	}
}

func TestMapsOfManyEntries(t *testing.T) {
	q := fresh(t)
	for _, size := range []int{15, 16, 1<<16 - 1, 1 << 16} {
		named, numbered := map[string]any{}, map[any]any{}
		for i := int64(0); i < int64(size); i++ {
			named[fmt.Sprint(i)], numbered[i] = i, nil
		}
		for _, value := range []any{named, numbered} {
			if got := arrive(t, q, value); !reflect.DeepEqual(got, value) {
				t.Errorf("a map of %d entries arrived changed", size)
			}
		}
	}
}
