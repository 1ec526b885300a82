// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"reflect"

	"github.com/vmihailenco/msgpack/v5"
	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// decode answers the one value that the bytes are, in Go's own types. The bytes are this process's alone.
func decode(data []byte) (any, error) {
	if err := wellFormed(data); err != nil {
		return nil, err
	}
	d := decoder{data}
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

// decoder takes well-formed values off the front of `rest`. It does what the MessagePack library would, which takes
// longer for a small value than the queue does.
type decoder struct {
	rest []byte
}

func (d *decoder) value() (any, error) {
	whole := d.rest
	code := d.take(1)[0]
	switch {
	case code < 0x80 || code >= 0xe0:
		return int64(int8(code)), nil
	case code < 0x90:
		return d.mapping(int(code & 0x0f))
	case code < 0xa0:
		return d.list(int(code & 0x0f))
	case code < 0xc0:
		return string(d.take(int(code & 0x1f))), nil
	}
	switch code {
	case msgpcode.Nil:
		return nil, nil
	case msgpcode.False, msgpcode.True:
		return code == msgpcode.True, nil
	case msgpcode.Float:
		return float64(math.Float32frombits(uint32(d.number(4)))), nil
	case msgpcode.Double:
		return math.Float64frombits(d.number(8)), nil
	case msgpcode.Uint8, msgpcode.Uint16, msgpcode.Uint32:
		return int64(d.number(1 << (code - msgpcode.Uint8))), nil
	case msgpcode.Uint64:
		if number := d.number(8); number > math.MaxInt64 {
			return number, nil
		} else {
			return int64(number), nil
		}
	case msgpcode.Int8:
		return int64(int8(d.number(1))), nil
	case msgpcode.Int16:
		return int64(int16(d.number(2))), nil
	case msgpcode.Int32:
		return int64(int32(d.number(4))), nil
	case msgpcode.Int64:
		return int64(d.number(8)), nil
	case msgpcode.Str8, msgpcode.Str16, msgpcode.Str32:
		return string(d.take(int(d.number(1 << (code - msgpcode.Str8))))), nil
	case msgpcode.Bin8, msgpcode.Bin16, msgpcode.Bin32:
		return append([]byte{}, d.take(int(d.number(1<<(code-msgpcode.Bin8))))...), nil
	case msgpcode.Array16, msgpcode.Array32:
		return d.list(int(d.number(2 << (code - msgpcode.Array16))))
	case msgpcode.Map16, msgpcode.Map32:
		return d.mapping(int(d.number(2 << (code - msgpcode.Map16))))
	}
	return d.extension(whole)
}

// take answers the next bytes.
func (d *decoder) take(count int) []byte {
	taken := d.rest[:count]
	d.rest = d.rest[count:]
	return taken
}

// number answers the next bytes as a number, the highest first.
func (d *decoder) number(bytes int) uint64 {
	taken := d.take(bytes)
	switch bytes {
	case 1:
		return uint64(taken[0])
	case 2:
		return uint64(binary.BigEndian.Uint16(taken))
	case 4:
		return uint64(binary.BigEndian.Uint32(taken))
	}
	return binary.BigEndian.Uint64(taken)
}

// extension answers a time stamp, or what the program registered: the library knows.
func (d *decoder) extension(whole []byte) (any, error) {
	rest, err := skip(whole, 0)
	if err != nil {
		return nil, err
	}
	d.rest = rest
	return msgpack.NewDecoder(bytes.NewReader(whole[:len(whole)-len(rest)])).DecodeInterface()
}

func (d *decoder) list(length int) (any, error) {
	list := make([]any, length)
	for i := range list {
		var err error
		if list[i], err = d.value(); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// mapping answers map[string]any, or map[any]any if a key is no text.
func (d *decoder) mapping(length int) (any, error) {
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
