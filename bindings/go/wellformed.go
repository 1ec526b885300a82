// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"errors"
	"fmt"
)

// The decoder trusts lengths, allocates what they say and calls itself for every list in a list. So what another
// process put is looked over first: five bytes must not cost four gigabytes, nor deep nesting the stack.

var errShort = errors.New("the MessagePack value is cut off")

// wellFormed reports why the bytes are not one MessagePack value with so many lists and maps at most within each other;
// nil if they are.
func wellFormed(data []byte, room int) error {
	rest, err := skip(data, room)
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("%d bytes follow the MessagePack value", len(rest))
	}
	return err
}

// skip answers what follows the first value.
func skip(data []byte, room int) ([]byte, error) {
	if len(data) == 0 {
		return nil, errShort
	}
	code, data := data[0], data[1:]
	switch {
	case code < 0x80 || code >= 0xe0: // a small integer
		return data, nil
	case code < 0x90:
		return skipMany(data, 2*uint64(code&0x0f), room)
	case code < 0xa0:
		return skipMany(data, uint64(code&0x0f), room)
	case code < 0xc0:
		return drop(data, uint64(code&0x1f))
	}
	f := formats[code-0xc0]
	if f.kind == invalid {
		return nil, fmt.Errorf("%#02x begins no MessagePack value", code)
	}
	if len(data) < f.lengthBytes {
		return nil, errShort
	}
	length := uint64(0)
	for _, b := range data[:f.lengthBytes] {
		length = length<<8 | uint64(b)
	}
	data = data[f.lengthBytes:]
	switch f.kind {
	case list:
		return skipMany(data, length, room)
	case mapping:
		return skipMany(data, 2*length, room)
	}
	return drop(data, length+f.more)
}

func skipMany(data []byte, count uint64, room int) (rest []byte, err error) {
	if room == 0 {
		return nil, fmt.Errorf("more than %d lists and maps within each other", maxDepth)
	}
	for ; count > 0 && err == nil; count-- {
		data, err = skip(data, room-1)
	}
	return data, err
}

func drop(data []byte, count uint64) ([]byte, error) {
	if uint64(len(data)) < count {
		return nil, errShort
	}
	return data[count:], nil
}

type kind int

const (
	scalar kind = iota // `more` bytes, and as many as its length says if it has one
	list
	mapping
	invalid
)

// The formats 0xc0 to 0xdf: how many bytes the length takes, and how many follow it in any case.
var formats = [32]struct {
	kind        kind
	lengthBytes int
	more        uint64
}{
	{scalar, 0, 0}, {invalid, 0, 0}, {scalar, 0, 0}, {scalar, 0, 0}, // nil, never used, false, true
	{scalar, 1, 0}, {scalar, 2, 0}, {scalar, 4, 0}, // bytes
	{scalar, 1, 1}, {scalar, 2, 1}, {scalar, 4, 1}, // extensions
	{scalar, 0, 4}, {scalar, 0, 8}, // floats
	{scalar, 0, 1}, {scalar, 0, 2}, {scalar, 0, 4}, {scalar, 0, 8}, // unsigned integers
	{scalar, 0, 1}, {scalar, 0, 2}, {scalar, 0, 4}, {scalar, 0, 8}, // signed integers
	{scalar, 0, 2}, {scalar, 0, 3}, {scalar, 0, 5}, {scalar, 0, 9}, {scalar, 0, 17}, // extensions of fixed length
	{scalar, 1, 0}, {scalar, 2, 0}, {scalar, 4, 0}, // text
	{list, 2, 0}, {list, 4, 0}, {mapping, 2, 0}, {mapping, 4, 0},
}
