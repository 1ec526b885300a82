// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"reflect"
	"time"

	"github.com/vmihailenco/msgpack/v5/msgpcode"
)

// The most lists, maps and structs within each other.
const maxDepth = 128

// appendValue appends the value's MessagePack, or says what in it is not portable. `room` is how many lists and maps
// may still begin within each other. The usual types need no reflection.
func appendValue(to []byte, value any, room int) ([]byte, *refusal) {
	switch v := value.(type) {
	case nil:
		return append(to, msgpcode.Nil), nil
	case bool:
		return appendBool(to, v), nil
	case string:
		return appendText(to, v)
	case int:
		return appendInt(to, int64(v)), nil
	case int64:
		return appendInt(to, v), nil
	case int32:
		return appendInt(to, int64(v)), nil
	case uint:
		return appendUint(to, uint64(v)), nil
	case uint64:
		return appendUint(to, v), nil
	case uint32:
		return appendUint(to, uint64(v)), nil
	case float64:
		return appendFloat64(to, v), nil
	case time.Time:
		return appendTime(to, v)
	case []byte:
		if v != nil {
			return appendBytes(to, v)
		}
	case []any:
		if v != nil {
			return appendList(to, v, room)
		}
	case map[string]any:
		if v != nil {
			return appendMap(to, v, room)
		}
	}
	return appendReflected(to, reflect.ValueOf(value), room)
}

func appendList(to []byte, list []any, room int) ([]byte, *refusal) {
	if room == 0 {
		return to, refuseDepth()
	}
	to, refused := appendListLength(to, len(list))
	for i := 0; i < len(list) && refused == nil; i++ {
		if to, refused = appendValue(to, list[i], room-1); refused != nil {
			refused.at("[%d]", i).within(reflect.ValueOf(list).Pointer())
		}
	}
	return to, refused
}

func appendMap(to []byte, named map[string]any, room int) ([]byte, *refusal) {
	if room == 0 {
		return to, refuseDepth()
	}
	to, refused := appendMapLength(to, len(named))
	if refused != nil {
		return to, refused
	}
	for name, value := range named {
		if to, refused = appendText(to, name); refused != nil {
			return to, refused.at("[key %q]", shortened(name, mostText))
		}
		if to, refused = appendValue(to, value, room-1); refused != nil {
			refused.at("%s", nameStep(name)).within(reflect.ValueOf(named).Pointer())
			return to, refused
		}
	}
	return to, nil
}
