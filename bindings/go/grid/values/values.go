// SPDX-License-Identifier: Apache-2.0

// Package values is one value of every kind, in the order in which all languages put and expect them.
package values

import (
	"math"
	"strings"
	"time"
)

// All is as the values arrive.
var All = []any{
	nil, true, false, int64(0), int64(-1), int64(math.MaxInt64), int64(math.MinInt64), uint64(math.MaxUint64), 1.5, "",
	"grüße 你好", []byte{}, []byte("\x00\xff\n"),
	[]any{int64(1), "a", nil},
	map[string]any{"name": "alex", "age": int64(15)},
	map[string]any{
		"list": []any{int64(1), []any{int64(2), []any{int64(3)}}},
		"map":  map[string]any{"a": map[string]any{"b": nil}},
	},
	nested(128),
	map[any]any{nil: int64(0), true: int64(1), int64(-1): int64(2), 1.5: int64(3), "k": int64(4)},
	time.Date(2024, 2, 29, 12, 34, 56, 789_012_000, time.UTC),
	time.Unix(0, 0).UTC(),
	time.Date(1969, 12, 31, 23, 59, 59, 500_000_000, time.UTC),
	strings.Repeat("ü", 40),
	int64(1 << 32), int64(-1<<31 - 1), uint64(1 << 63),
}

// nested is so many lists within each other, the innermost one empty.
func nested(depth int) any {
	list := []any{}
	for ; depth > 1; depth-- {
		list = []any{list}
	}
	return list
}
