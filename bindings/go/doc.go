// SPDX-License-Identifier: Apache-2.0

// Package ipcq is a queue that processes share, whatever language they are written in.
//
//	queue, err := ipcq.Open("jobs", ipcq.Joinable())
//	err = queue.Put(ctx, map[string]any{"file": "a.txt"})
//
//	item, err := queue.Get(ctx) // in the same or any other process
//	fmt.Println(item.Value)
//	err = item.Done()
//
// A []byte travels as it is and arrives as []byte. Every other value travels as one MessagePack value and arrives as
// nil, bool, int64 (uint64 beyond its range), float64, string, []byte, []any or map[string]any; Item.Decode fills a
// struct or any other type.
//
// Waiting calls take a context. However many goroutines of a Queue wait, at most three of them (one in Put, one in Get,
// one in Join) hold an operating-system thread.
//
// PutBytes and GetBytes do without the value: nothing is encoded, and nothing is allocated.
//
// PutMany and GetMany move many items by one call of the library. Reserve and Borrow write and read a large item where it
// lies in shared memory, without a copy.
//
// A process that dies gives back the items that it took and did not finish; so does Close.
package ipcq

import "ipcq/internal/raw"

// Version is the version of the loaded library: major*1000000 + minor*1000 + patch.
func Version() int { return int(raw.Version()) }
