// SPDX-License-Identifier: Apache-2.0

package ipcq_test

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"github.com/vmihailenco/msgpack/v5"

	"ipcq"
)

type base struct {
	ID   int `json:"id"`
	Note string
}

type Shown struct {
	Title string `msgpack:"title"`
}

type everything struct {
	Name    string  `msgpack:"name" json:"never"`
	Lines   []int   `json:"lines"`
	Ratio   float32 `json:"ratio,omitempty"`
	Secret  string  `json:"-"`
	private int
	Link    *base             `json:"link"`
	Extra   map[string]string `msgpack:",omitempty"`
	Any     any
	Flag    *bool     `json:",omitempty"`
	At      time.Time `json:"at,omitempty"`
	Inner   struct{ A, B uint16 }
	Fixed   [2]int8
	Code    [4]byte
}

func structs() []any {
	return []any{
		everything{},
		everything{Name: "n", Lines: []int{1}, Ratio: 0.5, Secret: "s", private: 1, Link: &base{ID: 1},
			At: time.Unix(1, 2), Extra: map[string]string{"k": "v"}, Any: []any{1},
			Flag: new(bool), Fixed: [2]int8{-1, 1}},
		struct {
			base
			More int
		}{base{ID: 1}, 2},
		struct {
			*Shown
			More int `json:",omitempty"`
		}{More: 2},
		struct {
			*Shown
			More int
		}{&Shown{"t"}, 2},
		struct {
			Note string
			base // its Note is hidden: it is a field of its own
		}{"outer", base{Note: "inner"}},
		struct {
			Note string
			base `msgpack:",inline"`
		}{"outer", base{Note: "inner"}},
		struct {
			Shown `msgpack:",noinline"`
		}{Shown{"t"}},
		struct {
			Shown `json:"named"`
		}{Shown{"t"}},
		struct {
			_msgpack struct{} `msgpack:",as_array"`
			A        int
			B        string
		}{A: 1, B: "b"},
		struct {
			_msgpack struct{} `msgpack:",omitempty"`
			A        int
			B        string
			C        base
		}{B: "b"},
		&base{ID: 5},
		[]base{{ID: 1}, {ID: 2}},
		map[string]*base{"a": {ID: 1}},
	}
}

func TestStructsTravelAsTheLibraryWouldWriteThem(t *testing.T) {
	q := fresh(t)
	for _, value := range structs() {
		var written bytes.Buffer
		library := msgpack.NewEncoder(&written)
		library.UseCompactInts(true)
		library.SetCustomStructTag("json")
		check(t, library.Encode(value))
		check(t, q.Put(ctx, value))
		item := must(q.Get(ctx))(t)
		if !bytes.Equal(item.Bytes(), written.Bytes()) {
			t.Errorf("%#v travels as %x, not as %x", value, item.Bytes(), written.Bytes())
		}
	}
}

func TestTagsNameTheFields(t *testing.T) {
	q := fresh(t)
	sent := everything{Name: "n", Lines: []int{1, 2}, Secret: "s", Any: "any", Fixed: [2]int8{3, 4}}
	check(t, q.Put(ctx, sent))
	item := must(q.Get(ctx))(t)
	named := item.Value.(map[string]any)
	for _, name := range []string{"name", "lines", "link", "Any", "Inner", "Fixed", "Code"} {
		if _, ok := named[name]; !ok {
			t.Errorf("%s is missing", name)
		}
	}
	if len(named) != 7 {
		t.Errorf("got %v", named)
	}
	var got everything
	check(t, item.Decode(&got))
	sent.Secret = ""
	if !reflect.DeepEqual(got, sent) {
		t.Errorf("put %v, got %v", sent, got)
	}
}

func TestAFieldHidesTheEmbeddedOne(t *testing.T) {
	q := fresh(t)
	type outer struct {
		base
		Note string
	}
	got := arrive(t, q, outer{base{ID: 1, Note: "inner"}, "outer"})
	if !reflect.DeepEqual(got, map[string]any{"id": int64(1), "Note": "outer"}) {
		t.Errorf("got %v", got)
	}
}

func TestDecodeIntoAnyIsTheValue(t *testing.T) {
	q := fresh(t)
	check(t, q.Put(ctx, map[int]any{1: []any{time.Unix(1, 2).UTC()}}))
	item := must(q.Get(ctx))(t)
	var got any
	check(t, item.Decode(&got))
	if !reflect.DeepEqual(got, item.Value) {
		t.Errorf("got %#v instead of %#v", got, item.Value)
	}
	putForeign(t, q, 1, []byte{0xd4, 0x63, 0x00})
	item, _ = q.Get(ctx)
	expect(t, item.Decode(&got), ipcq.ErrMalformed)
}
