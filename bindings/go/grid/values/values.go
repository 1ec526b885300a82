// SPDX-License-Identifier: Apache-2.0

// Package values is one value of every kind, in the order in which all languages put and expect them.
package values

import "math"

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
}
