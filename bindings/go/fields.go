// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"reflect"

	"github.com/vmihailenco/tagparser/v2"
)

// The tag of a field, and the one that counts if there is none of these.
const (
	ownTag   = "msgpack"
	otherTag = "json"
)

// fields are what is written of a struct: what the MessagePack library's decoder expects there.
type fields struct {
	list      []*field
	asList    bool // by order, without names
	omitEmpty bool // at least one of them
}

type field struct {
	name      string
	goName    string
	index     []int // more than one: within embedded structs
	omitEmpty bool
}

// fieldsOf answers the fields of a struct, and whether it embeds itself. `around` are the structs that embed it.
func fieldsOf(t reflect.Type, around []reflect.Type) (fs *fields, loop bool) {
	for _, outer := range around {
		if outer == t {
			return nil, true
		}
	}
	around = append(around, t)
	fs = &fields{}
	omitAll := false
	for i := 0; i < t.NumField(); i++ {
		f := t.Field(i)
		tag := tagOf(f)
		if tag.Name == "-" {
			continue
		}
		if f.Name == "_msgpack" { // a field that stands for the struct
			fs.asList = tag.HasOption("as_array") || tag.HasOption("asArray")
			omitAll = tag.HasOption("omitempty")
		}
		if !f.IsExported() && !f.Anonymous {
			continue
		}
		var inner reflect.Type
		if f.Anonymous {
			inner = embedded(f.Type)
		}
		if inner != nil && !tag.HasOption("noinline") {
			innerFields, loop := fieldsOf(inner, around)
			if loop {
				return nil, true
			}
			if fs.inline(f.Index, innerFields, tag.HasOption("inline")) {
				continue
			}
		}
		if f.IsExported() || inner != nil {
			name := tag.Name
			if name == "" {
				name = f.Name
			}
			fs.add(&field{name, f.Name, f.Index, omitAll || tag.HasOption("omitempty")})
		}
	}
	return fs, false
}

func tagOf(f reflect.StructField) *tagparser.Tag {
	text := f.Tag.Get(ownTag)
	if text == "" {
		text = f.Tag.Get(otherTag)
	}
	return tagparser.Parse(text)
}

// embedded is the struct that a field of that type embeds; nil if its fields do not count as the outer one's.
func embedded(t reflect.Type) reflect.Type {
	for pointers := 0; t.Kind() == reflect.Ptr && pointers < mostPointers; pointers++ {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == timeType || writesItself(t) {
		return nil
	}
	return t
}

// inline adds the fields of an embedded struct; none, and false, if the outer one has one of these names already. With
// `always` only those are left out.
func (fs *fields) inline(index []int, inner *fields, always bool) bool {
	for _, f := range inner.list {
		if !always && fs.named(f.name) >= 0 {
			return false
		}
	}
	for _, f := range inner.list {
		if fs.named(f.name) < 0 {
			path := append(append([]int{}, index...), f.index...)
			fs.add(&field{f.name, f.goName, path, f.omitEmpty})
		}
	}
	return true
}

// add lets a field replace an embedded one of its name.
func (fs *fields) add(f *field) {
	fs.omitEmpty = fs.omitEmpty || f.omitEmpty
	if at := fs.named(f.name); at >= 0 && !fs.asList {
		fs.list[at] = f
		return
	}
	fs.list = append(fs.list, f)
}

func (fs *fields) named(name string) int {
	for i, f := range fs.list {
		if f.name == name {
			return i
		}
	}
	return -1
}
