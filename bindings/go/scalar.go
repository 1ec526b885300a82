// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"encoding/binary"
	"math"
	"time"
	"unicode/utf8"

	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// The MessagePack of single values and of lengths, always in its shortest form.

func appendBool(to []byte, v bool) []byte {
	if v {
		return append(to, msgpcode.True)
	}
	return append(to, msgpcode.False)
}

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

func appendFloat32(to []byte, v float32) []byte {
	return binary.BigEndian.AppendUint32(append(to, msgpcode.Float), math.Float32bits(v))
}

func appendFloat64(to []byte, v float64) []byte {
	return binary.BigEndian.AppendUint64(append(to, msgpcode.Double), math.Float64bits(v))
}

func appendText(to []byte, v string) ([]byte, *refusal) {
	if !utf8.ValidString(v) {
		return to, refuse("text that is not valid UTF-8: put it as []byte")
	}
	size := len(v)
	switch {
	case size < 32:
		to = append(to, msgpcode.FixedStrLow|byte(size))
	case size <= math.MaxUint8:
		to = append(to, msgpcode.Str8, byte(size))
	case size <= math.MaxUint16:
		to = binary.BigEndian.AppendUint16(append(to, msgpcode.Str16), uint16(size))
	case uint64(size) <= math.MaxUint32:
		to = binary.BigEndian.AppendUint32(append(to, msgpcode.Str32), uint32(size))
	default:
		return to, refuse("text of 4 GiB or more: put it in parts")
	}
	return append(to, v...), nil
}

func appendBytes(to []byte, v []byte) ([]byte, *refusal) {
	to, refused := appendBytesLength(to, len(v))
	return append(to, v...), refused
}

func appendBytesLength(to []byte, size int) ([]byte, *refusal) {
	switch {
	case size <= math.MaxUint8:
		return append(to, msgpcode.Bin8, byte(size)), nil
	case size <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(to, msgpcode.Bin16), uint16(size)), nil
	case uint64(size) <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(to, msgpcode.Bin32), uint32(size)), nil
	}
	return to, refuse("bytes of 4 GiB or more: put them in parts")
}

func appendListLength(to []byte, length int) ([]byte, *refusal) {
	return appendLength(to, length, msgpcode.FixedArrayLow, msgpcode.Array16)
}

func appendMapLength(to []byte, length int) ([]byte, *refusal) {
	return appendLength(to, length, msgpcode.FixedMapLow, msgpcode.Map16)
}

// appendLength knows that the format of 32 bits has the code after that of 16.
func appendLength(to []byte, length int, short, long byte) ([]byte, *refusal) {
	switch {
	case length < 16:
		return append(to, short|byte(length)), nil
	case length <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(to, long), uint16(length)), nil
	case uint64(length) <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(to, long+1), uint32(length)), nil
	}
	return to, refuse("4294967296 elements or more: put them in parts")
}

// The extension type of a point in time, -1 as a byte.
const timestamp = 0xff

// The years that every language has, in seconds since 1970.
const earliestSecond, latestSecond = -62135596800, 253402300799

// appendTime takes the shortest of the three forms: seconds in 32 bits, with nanoseconds in 64, or both in 96.
func appendTime(to []byte, v time.Time) ([]byte, *refusal) {
	seconds, nanoseconds := v.Unix(), v.Nanosecond()
	switch {
	case seconds < earliestSecond || seconds > latestSecond:
		return to, refuse("a time.Time outside the years 1 to 9999 in UTC: put it as text")
	case nanoseconds == 0 && seconds>>32 == 0:
		return binary.BigEndian.AppendUint32(append(to, msgpcode.FixExt4, timestamp), uint32(seconds)), nil
	case seconds>>34 == 0:
		both := uint64(nanoseconds)<<34 | uint64(seconds)
		return binary.BigEndian.AppendUint64(append(to, msgpcode.FixExt8, timestamp), both), nil
	}
	to = binary.BigEndian.AppendUint32(append(to, msgpcode.Ext8, 12, timestamp), uint32(nanoseconds))
	return binary.BigEndian.AppendUint64(to, uint64(seconds)), nil
}
