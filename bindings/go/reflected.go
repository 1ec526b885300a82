// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"fmt"
	"reflect"

	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// More pointers in a row than this lead in a circle.
const mostPointers = 64

// appendReflected is appendValue for the types that it does not name.
func appendReflected(to []byte, v reflect.Value, room int) ([]byte, *refusal) {
	s := shapeOf(v.Type())
	var address uintptr
	for pointers := 0; s.follow; pointers++ {
		if v.IsNil() {
			return append(to, msgpcode.Nil), nil
		}
		if pointers == mostPointers {
			return to, refuse(containsItself)
		}
		if v.Kind() == reflect.Ptr {
			address = v.Pointer()
		}
		v = v.Elem()
		s = shapeOf(v.Type())
	}
	to, refused := s.write(to, v, room)
	if refused != nil && address != 0 {
		refused.within(address)
	}
	return to, refused
}

type write func(to []byte, v reflect.Value, room int) ([]byte, *refusal)

// unlessNil writes nil for what refers to nothing.
func unlessNil(some write) write {
	return func(to []byte, v reflect.Value, room int) ([]byte, *refusal) {
		switch v.Kind() {
		case reflect.Ptr, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan:
			if v.IsNil() {
				return append(to, msgpcode.Nil), nil
			}
		}
		return some(to, v, room)
	}
}

// ofPointer writes by a method that wants a pointer.
func ofPointer(some write) write {
	return func(to []byte, v reflect.Value, room int) ([]byte, *refusal) {
		if v.CanAddr() {
			return some(to, v.Addr(), room)
		}
		pointer := reflect.New(v.Type())
		pointer.Elem().Set(v)
		return some(to, pointer, room)
	}
}

func appendScalar(to []byte, v reflect.Value, _ int) ([]byte, *refusal) {
	switch v.Kind() {
	case reflect.Bool:
		return appendBool(to, v.Bool()), nil
	case reflect.String:
		return appendText(to, v.String())
	case reflect.Float32:
		return appendFloat32(to, float32(v.Float())), nil
	case reflect.Float64:
		return appendFloat64(to, v.Float()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return appendInt(to, v.Int()), nil
	}
	return appendUint(to, v.Uint()), nil
}

func appendByteSlice(to []byte, v reflect.Value, _ int) ([]byte, *refusal) {
	return appendBytes(to, v.Bytes())
}

func appendByteArray(to []byte, v reflect.Value, _ int) ([]byte, *refusal) {
	to, refused := appendBytesLength(to, v.Len())
	for i := 0; i < v.Len() && refused == nil; i++ {
		to = append(to, byte(v.Index(i).Uint()))
	}
	return to, refused
}

// appendElements writes a slice or an array as a list.
func appendElements(to []byte, v reflect.Value, room int) ([]byte, *refusal) {
	if room == 0 {
		return to, refuseDepth()
	}
	to, refused := appendListLength(to, v.Len())
	for i := 0; i < v.Len() && refused == nil; i++ {
		if to, refused = appendReflected(to, v.Index(i), room-1); refused != nil {
			refused.at("[%d]", i)
			if v.Kind() == reflect.Slice {
				refused.within(v.Pointer())
			}
		}
	}
	return to, refused
}

func appendEntries(to []byte, v reflect.Value, room int) ([]byte, *refusal) {
	if room == 0 {
		return to, refuseDepth()
	}
	to, refused := appendMapLength(to, v.Len())
	if refused != nil {
		return to, refused
	}
	for entries := v.MapRange(); entries.Next(); {
		key := entries.Key()
		if to, refused = appendKey(to, key); refused != nil {
			return to, refused
		}
		if to, refused = appendReflected(to, entries.Value(), room-1); refused != nil {
			refused.at("%s", keyStep(key)).within(v.Pointer())
			return to, refused
		}
	}
	return to, nil
}

// appendKey writes nil, a boolean, a number or text.
func appendKey(to []byte, key reflect.Value) ([]byte, *refusal) {
	if key = meant(key); !key.IsValid() {
		return append(to, msgpcode.Nil), nil
	}
	if !shapeOf(key.Type()).scalar {
		return to, refuse("a map key of type %s: use nil, booleans, numbers or text", key.Type())
	}
	to, refused := appendScalar(to, key, 0)
	if refused != nil {
		refused.at("[key %q]", shortened(key.String(), mostText))
	}
	return to, refused
}

// meant is the key within an interface, no value for nil.
func meant(key reflect.Value) reflect.Value {
	if key.Kind() == reflect.Interface {
		return key.Elem()
	}
	return key
}

// keyStep is a map's key as a step of the path.
func keyStep(key reflect.Value) string {
	key = meant(key)
	switch {
	case !key.IsValid():
		return "[nil]"
	case key.Kind() == reflect.String:
		return nameStep(key.String())
	}
	return fmt.Sprintf("[%v]", key)
}
