// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"encoding/binary"
	"math"

	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// The values that most items are, turned into MessagePack without the library, which would take longer than the queue
// does. The bytes are what the library would make.

// appendShort appends the value's MessagePack as long as there is room; false if there is not, and for other types.
func appendShort(to []byte, value any) ([]byte, bool) {
	if cap(to)-len(to) < longestScalar {
		return to, false
	}
	switch v := value.(type) {
	case nil:
		return append(to, msgpcode.Nil), true
	case bool:
		if v {
			return append(to, msgpcode.True), true
		}
		return append(to, msgpcode.False), true
	case string:
		if len(v) <= math.MaxUint8 {
			return appendText(to, v), true
		}
	case int:
		return appendInt(to, int64(v)), true
	case int64:
		return appendInt(to, v), true
	case int32:
		return appendInt(to, int64(v)), true
	case uint:
		return appendUint(to, uint64(v)), true
	case uint64:
		return appendUint(to, v), true
	case uint32:
		return appendUint(to, uint64(v)), true
	case float64:
		return binary.BigEndian.AppendUint64(append(to, msgpcode.Double), math.Float64bits(v)), true
	case []any:
		if v != nil {
			return appendList(to, v)
		}
	case map[string]any:
		if v != nil {
			return appendMap(to, v)
		}
	}
	return to, false
}

const longestScalar = 2 + math.MaxUint8 // a text

func appendList(to []byte, list []any) ([]byte, bool) {
	if len(list) >= 16 {
		return to, false
	}
	to = append(to, msgpcode.FixedArrayLow|byte(len(list)))
	for _, value := range list {
		var fits bool
		if to, fits = appendShort(to, value); !fits {
			return to, false
		}
	}
	return to, true
}

func appendMap(to []byte, named map[string]any) ([]byte, bool) {
	if len(named) >= 16 {
		return to, false
	}
	to = append(to, msgpcode.FixedMapLow|byte(len(named)))
	for name, value := range named {
		var fits bool
		if to, fits = appendShort(to, name); !fits {
			return to, false
		}
		if to, fits = appendShort(to, value); !fits {
			return to, false
		}
	}
	return to, true
}

// appendInt takes the shortest form.
func appendInt(to []byte, v int64) []byte {
	switch {
	case v >= 0:
		return appendUint(to, uint64(v))
	case v >= -32:
		return append(to, byte(v))
	case v >= math.MinInt8:
		return append(to, msgpcode.Int8, byte(v))
	case v >= math.MinInt16:
		return binary.BigEndian.AppendUint16(append(to, msgpcode.Int16), uint16(v))
	case v >= math.MinInt32:
		return binary.BigEndian.AppendUint32(append(to, msgpcode.Int32), uint32(v))
	}
	return binary.BigEndian.AppendUint64(append(to, msgpcode.Int64), uint64(v))
}

func appendUint(to []byte, v uint64) []byte {
	switch {
	case v <= math.MaxInt8:
		return append(to, byte(v))
	case v <= math.MaxUint8:
		return append(to, msgpcode.Uint8, byte(v))
	case v <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(to, msgpcode.Uint16), uint16(v))
	case v <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(to, msgpcode.Uint32), uint32(v))
	}
	return binary.BigEndian.AppendUint64(append(to, msgpcode.Uint64), v)
}

func appendText(to []byte, v string) []byte {
	if len(v) < 32 {
		to = append(to, msgpcode.FixedStrLow|byte(len(v)))
	} else {
		to = append(to, msgpcode.Str8, byte(len(v)))
	}
	return append(to, v...)
}
