// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"encoding"
	"math/big"
	"reflect"
	"sync"
	"time"

	"github.com/vmihailenco/msgpack/v5"
)

// shape is how the values of a type are written.
type shape struct {
	follow bool // a pointer or an interface: what it refers to counts
	scalar bool // may be a map's key
	write  write
	fields *fields // of a struct without a method of its own
}

var shapes sync.Map // reflect.Type to *shape

func shapeOf(t reflect.Type) *shape {
	if known, ok := shapes.Load(t); ok {
		return known.(*shape)
	}
	s := newShape(t)
	shapes.Store(t, s)
	return s
}

func typeOf[T any]() reflect.Type { return reflect.TypeOf((*T)(nil)).Elem() }

var (
	timeType  = typeOf[time.Time]()
	errorType = typeOf[error]()
	bigTypes  = map[reflect.Type]bool{typeOf[big.Int](): true, typeOf[big.Rat](): true, typeOf[big.Float](): true}
)

// A method by which a type writes itself, and how it is called; the first one counts.
var methods = []struct {
	by   reflect.Type
	call write
}{
	{typeOf[msgpack.CustomEncoder](), appendEncoded},
	{typeOf[msgpack.Marshaler](), appendEncoded},
	{typeOf[encoding.BinaryMarshaler](), func(to []byte, v reflect.Value, _ int) ([]byte, *refusal) {
		data, err := v.Interface().(encoding.BinaryMarshaler).MarshalBinary()
		return appendMarshaled(to, v, data, err)
	}},
	{typeOf[encoding.TextMarshaler](), func(to []byte, v reflect.Value, _ int) ([]byte, *refusal) {
		data, err := v.Interface().(encoding.TextMarshaler).MarshalText()
		return appendMarshaled(to, v, data, err)
	}},
}

func newShape(t reflect.Type) *shape {
	kind := t.Kind()
	if kind == reflect.Interface {
		return &shape{follow: true}
	}
	if t == timeType {
		return &shape{write: func(to []byte, v reflect.Value, _ int) ([]byte, *refusal) {
			return appendTime(to, v.Interface().(time.Time))
		}}
	}
	if bigTypes[t] {
		return unportable("a %s is not portable: put its value as an int64, uint64 or float64, or its text", t)
	}
	if kind == reflect.Ptr && (t.Elem() == timeType || bigTypes[t.Elem()]) {
		return &shape{follow: true} // whose methods would write bytes
	}
	for _, method := range methods {
		if t.Implements(method.by) {
			return &shape{write: unlessNil(method.call)}
		}
	}
	if t.Implements(errorType) {
		return &shape{write: unlessNil(unportable("an error is not portable: put its text, err.Error()").write)}
	}
	if kind == reflect.Ptr {
		return &shape{follow: true}
	}
	for _, method := range methods {
		if reflect.PtrTo(t).Implements(method.by) {
			return &shape{write: ofPointer(method.call)}
		}
	}
	return shapeOfKind(t)
}

// writesItself reports whether a type, or a pointer to it, has one of the methods.
func writesItself(t reflect.Type) bool {
	for _, method := range methods {
		if reflect.PtrTo(t).Implements(method.by) {
			return true
		}
	}
	return false
}

func shapeOfKind(t reflect.Type) *shape {
	switch t.Kind() {
	case reflect.Bool, reflect.String, reflect.Float32, reflect.Float64,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return &shape{write: appendScalar, scalar: true}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return &shape{write: unlessNil(appendByteSlice)}
		}
		return &shape{write: unlessNil(appendElements)}
	case reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return &shape{write: appendByteArray}
		}
		return &shape{write: appendElements}
	case reflect.Map:
		return &shape{write: unlessNil(appendEntries)}
	case reflect.Struct:
		return shapeOfStruct(t)
	}
	return unportable("a %s is not portable: put nil, booleans, numbers, text, bytes, lists, maps, structs or times", t)
}

func shapeOfStruct(t reflect.Type) *shape {
	fields, loop := fieldsOf(t, nil)
	if loop {
		return unportable("%s embeds itself: name that field", t)
	}
	if len(fields.list) == 0 {
		return unportable("%s has no exported fields: export those that are to arrive", t)
	}
	return &shape{write: fields.append, fields: fields}
}

// unportable is the shape of values that are not portable.
func unportable(format string, arguments ...any) *shape {
	return &shape{write: func(to []byte, _ reflect.Value, _ int) ([]byte, *refusal) {
		return to, refuse(format, arguments...)
	}}
}
