// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"sync"

	"github.com/vmihailenco/msgpack/v5"
	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

type decoder struct {
	reader bytes.Reader
	from   *msgpack.Decoder
}

var decoders = sync.Pool{New: func() any {
	d := new(decoder)
	d.from = msgpack.NewDecoder(&d.reader)
	return d
}}

// decode answers the one value that the bytes are, in Go's own types.
func decode(data []byte) (any, error) {
	if err := wellFormed(data); err != nil {
		return nil, err
	}
	d := decoders.Get().(*decoder)
	defer decoders.Put(d)
	d.reader.Reset(data)
	defer d.reader.Reset(nil)
	d.from.Reset(&d.reader)
	return d.value()
}

func decodeInto(data []byte, into any) error {
	if err := wellFormed(data); err != nil {
		return err
	}
	from := msgpack.NewDecoder(bytes.NewReader(data))
	from.UseLooseInterfaceDecoding(true)
	return from.Decode(into)
}

func (d *decoder) value() (any, error) {
	code, err := d.from.PeekCode()
	if err != nil {
		return nil, err
	}
	switch {
	case code == msgpcode.Nil:
		return nil, d.from.DecodeNil()
	case code == msgpcode.True || code == msgpcode.False:
		return d.from.DecodeBool()
	case code == msgpcode.Float || code == msgpcode.Double:
		return d.from.DecodeFloat64()
	case code == msgpcode.Uint64:
		number, err := d.from.DecodeUint64()
		if err == nil && number <= math.MaxInt64 {
			return int64(number), nil
		}
		return number, err
	case msgpcode.IsFixedNum(code) || code >= msgpcode.Uint8 && code <= msgpcode.Int64:
		return d.from.DecodeInt64()
	case msgpcode.IsString(code):
		return d.from.DecodeString()
	case msgpcode.IsBin(code):
		return d.from.DecodeBytes()
	case msgpcode.IsExt(code):
		return d.from.DecodeInterface() // a time stamp, or what the program registered
	case msgpcode.IsFixedArray(code) || code == msgpcode.Array16 || code == msgpcode.Array32:
		return d.list()
	}
	return d.mapping()
}

func (d *decoder) list() (any, error) {
	length, err := d.from.DecodeArrayLen()
	if err != nil {
		return nil, err
	}
	list := make([]any, length)
	for i := range list {
		if list[i], err = d.value(); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// mapping answers map[string]any, or map[any]any if a key is no text.
func (d *decoder) mapping() (any, error) {
	length, err := d.from.DecodeMapLen()
	if err != nil {
		return nil, err
	}
	named := make(map[string]any, length)
	var other map[any]any
	for ; length > 0; length-- {
		key, err := d.value()
		if err != nil {
			return nil, err
		}
		value, err := d.value()
		if err != nil {
			return nil, err
		}
		name, text := key.(string)
		switch {
		case other != nil && usableKey(key):
			other[key] = value
		case text:
			named[name] = value
		case usableKey(key):
			other = make(map[any]any, len(named)+1)
			for name, value := range named {
				other[name] = value
			}
			other[key] = value
		default:
			return nil, errors.New("a map has a key that Go cannot compare")
		}
	}
	if other != nil {
		return other, nil
	}
	return named, nil
}

func usableKey(key any) bool {
	return reflect.TypeOf(key) == nil || reflect.TypeOf(key).Comparable()
}
