// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"reflect"

	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// append writes a struct as a map, or as a list.
func (fs *fields) append(to []byte, v reflect.Value, room int) ([]byte, *refusal) {
	if room == 0 {
		return to, refuseDepth()
	}
	var refused *refusal
	if fs.asList {
		to, refused = appendListLength(to, len(fs.list))
	} else {
		to, refused = appendMapLength(to, fs.count(v))
	}
	for i := 0; i < len(fs.list) && refused == nil; i++ {
		to, refused = fs.appendField(to, v, fs.list[i], room-1)
	}
	return to, refused
}

func (fs *fields) appendField(to []byte, v reflect.Value, f *field, room int) ([]byte, *refusal) {
	value, there := f.of(v)
	var refused *refusal
	if !fs.asList {
		if fs.omits(f, value, there) {
			return to, nil
		}
		if to, refused = appendText(to, f.name); refused != nil {
			return to, refused.at(".%s", f.goName)
		}
	}
	if !there {
		return append(to, msgpcode.Nil), nil
	}
	if to, refused = appendReflected(to, value, room); refused != nil {
		refused.at(".%s", f.goName)
	}
	return to, refused
}

// of is the field of a struct; false if it lies in an embedded one whose pointer is nil.
func (f *field) of(v reflect.Value) (value reflect.Value, there bool) {
	for i, index := range f.index {
		for i > 0 && v.Kind() == reflect.Ptr {
			if v.IsNil() {
				return v, false
			}
			v = v.Elem()
		}
		v = v.Field(index)
	}
	return v, true
}

// count is how many fields are not omitted.
func (fs *fields) count(v reflect.Value) int {
	if !fs.omitEmpty {
		return len(fs.list)
	}
	count := 0
	for _, f := range fs.list {
		if value, there := f.of(v); !fs.omits(f, value, there) {
			count++
		}
	}
	return count
}

func (fs *fields) omits(f *field, value reflect.Value, there bool) bool {
	return fs.omitEmpty && !there || f.omitEmpty && isEmpty(value)
}

// isEmpty is what `omitempty` leaves out.
func isEmpty(v reflect.Value) bool {
	for v.Kind() == reflect.Interface && !v.IsNil() {
		v = v.Elem()
	}
	if v.CanInterface() {
		if zero, ok := v.Interface().(interface{ IsZero() bool }); ok {
			return v.Kind() == reflect.Ptr && v.IsNil() || zero.IsZero()
		}
	}
	switch v.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		fs := shapeOf(v.Type()).fields
		return fs != nil && fs.count(v) == 0
	case reflect.Ptr, reflect.Interface, reflect.Func, reflect.Chan:
		return v.IsNil()
	}
	return v.IsZero()
}
