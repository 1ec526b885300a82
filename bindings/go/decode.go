// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"
	"unicode/utf8"

	"github.com/vmihailenco/msgpack/v5"
	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// decode answers the one value that the bytes are, in Go's own types, if it is portable: what a put would refuse is an
// error here too. `room` is how many lists and maps may lie within each other. The bytes are this process's alone.
func decode(data []byte, room int) (any, error) {
	if err := wellFormed(data, room); err != nil {
		return nil, err
	}
	d := decoder{data}
	return d.value()
}

func decodeInto(data []byte, into any) error {
	if err := wellFormed(data, maxDepth); err != nil {
		return err
	}
	from := msgpack.NewDecoder(bytes.NewReader(data))
	from.SetCustomStructTag(otherTag)
	from.UseLooseInterfaceDecoding(true)
	err := from.Decode(into)
	if moment, ok := into.(*time.Time); ok && err == nil {
		*moment = moment.UTC()
	}
	return err
}

// decoder takes well-formed values off the front of `rest`. It does what the MessagePack library would, which takes
// longer for a small value than the queue does.
type decoder struct {
	rest []byte
}

func (d *decoder) value() (any, error) {
	code := d.take(1)[0]
	switch {
	case code < 0x80 || code >= 0xe0:
		return int64(int8(code)), nil
	case code < 0x90:
		return d.mapping(int(code & 0x0f))
	case code < 0xa0:
		return d.list(int(code & 0x0f))
	case code < 0xc0:
		return d.text(int(code & 0x1f))
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
		return d.text(int(d.number(1 << (code - msgpcode.Str8))))
	case msgpcode.Bin8, msgpcode.Bin16, msgpcode.Bin32:
		return append([]byte{}, d.take(int(d.number(1<<(code-msgpcode.Bin8))))...), nil
	case msgpcode.Array16, msgpcode.Array32:
		return d.list(int(d.number(2 << (code - msgpcode.Array16))))
	case msgpcode.Map16, msgpcode.Map32:
		return d.mapping(int(d.number(2 << (code - msgpcode.Map16))))
	}
	return d.extension(code)
}

func (d *decoder) text(size int) (any, error) {
	taken := d.take(size)
	if !utf8.Valid(taken) {
		return nil, errors.New("a text is not valid UTF-8")
	}
	return string(taken), nil
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

// extension answers a point in time, the only extension that is portable.
func (d *decoder) extension(code byte) (any, error) {
	var size int
	if code <= msgpcode.Ext32 {
		size = int(d.number(1 << (code - msgpcode.Ext8)))
	} else {
		size = 1 << (code - msgpcode.FixExt1)
	}
	kind := d.take(1)[0]
	from := decoder{d.take(size)}
	if kind != timestamp {
		return nil, fmt.Errorf("an extension of type %d", int8(kind))
	}
	var seconds, nanoseconds int64
	switch size {
	case 4:
		seconds = int64(from.number(4))
	case 8:
		both := from.number(8)
		seconds, nanoseconds = int64(both&(1<<34-1)), int64(both>>34)
	case 12:
		nanoseconds, seconds = int64(from.number(4)), int64(from.number(8))
	default:
		return nil, fmt.Errorf("a point in time of %d bytes", size)
	}
	if nanoseconds >= int64(time.Second) || seconds > lastSecond {
		return nil, errors.New("a point in time out of range")
	}
	return time.Unix(seconds, nanoseconds).UTC(), nil
}

// time.Time counts from the year 1; later seconds since 1970 would wrap round.
const lastSecond = math.MaxInt64 - (1969*365+1969/4-1969/100+1969/400)*24*60*60

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
		case !isKey(key):
			return nil, fmt.Errorf("a map has a key of type %T", key)
		case other != nil:
			other[key] = value
		case text:
			named[name] = value
		default:
			other = make(map[any]any, len(named)+1)
			for name, value := range named {
				other[name] = value
			}
			other[key] = value
		}
	}
	if other != nil {
		return other, nil
	}
	return named, nil
}

func isKey(key any) bool {
	switch key.(type) {
	case nil, bool, int64, uint64, float64, string:
		return true
	}
	return false
}
