// SPDX-License-Identifier: Apache-2.0

// Package ipcq is a queue in shared memory for processes in several languages.
//
//	queue, err := ipcq.Open("jobs", ipcq.Joinable())
//	err = queue.Put(ctx, map[string]any{"file": "a.txt"})
//
//	err = queue.Each(ctx, func(item ipcq.Item) error { // in the same or any other process
//		fmt.Println(item.Value)
//		return nil // the item is finished; an error gives it back
//	})
//
// A []byte travels as it is and arrives as []byte. Every other value travels as one MessagePack value. It arrives as
// nil, bool, int64 (uint64 beyond its range), float64, string, []byte, []any, map[string]any (map[any]any if a key is
// no text) or time.Time in UTC. Item.Decode fills a struct or any other type.
//
// A put refuses what another language could not read, with ErrUnportable, and puts nothing. Text must be UTF-8. Map
// keys are nil, booleans, numbers or text. At most 128 lists, maps and structs lie within each other, and no value
// contains itself. A func, a chan, a complex number, an error, a number of math/big, and a struct without exported
// fields are refused.
//
// A field of a struct is named by its `msgpack:"name"` tag, else by its `json:"name"` tag, else by its Go name. Of a
// json tag the name, "-" and omitempty count. A type with EncodeMsgpack, MarshalMsgpack, MarshalBinary or MarshalText
// writes itself; the last two write bytes.
//
// Waiting calls take a context. However many goroutines of a Queue wait, at most three of them (one in Put, one in Get,
// one in Join) hold an operating-system thread.
//
// PutBytes and GetBytes do without the value: nothing is encoded, and nothing is allocated.
//
// PutMany and GetMany move many items by one call of the library. Reserve and Borrow write and read a large item where
// it lies in shared memory, without a copy.
//
// A process that dies gives back the items that it took and did not finish; so does Close.
package ipcq

import "ipcq/internal/raw"

// Version is the version of the loaded library: major*1000000 + minor*1000 + patch.
func Version() int { return int(raw.Version()) }
