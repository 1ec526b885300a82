// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"unsafe"

	"ipcq/internal/raw"
)

// Len is how many items are ready to be taken.
func (q *Queue) Len() (int, error) {
	items := make([]uint64, 1)
	err := q.simple("len", func(handle uintptr) int { return raw.Size(handle, items) })
	return int(items[0]), err
}

// Cap is how many items the queue holds at most; 0 means as many as its bytes allow.
func (q *Queue) Cap() (int, error) {
	stats, err := q.Stats()
	return int(stats.MaxItems), err
}

// Empty reports whether Len is 0.
func (q *Queue) Empty() (bool, error) {
	empty := make([]int32, 1)
	err := q.simple("empty", func(handle uintptr) int { return raw.Empty(handle, empty) })
	return empty[0] != 0, err
}

// Full reports whether Len is Cap or, on a queue without a bound, no room is left by bytes.
func (q *Queue) Full() (bool, error) {
	full := make([]int32, 1)
	err := q.simple("full", func(handle uintptr) int { return raw.Full(handle, full) })
	return full[0] != 0, err
}

// Stats is a picture of a queue.
type Stats struct {
	Items       uint64 // ready to be taken
	Taken       uint64 // taken and not finished
	BytesUsed   uint64 // from the oldest unfinished item to the end, with each item's own overhead
	BytesBacked uint64 // shared memory that the queue holds now

	// Totals since the queue was made.
	Puts        uint64
	Gets        uint64 // deliveries, repeated ones included
	Dones       uint64
	Nacks       uint64 // given back by Nack or Close
	Redelivered uint64 // put back for another delivery: nacks and recovered
	Recovered   uint64 // of these, taken back from processes that died

	Participants   int // handles of living processes
	GettersWaiting int // calls asleep: hints
	PuttersWaiting int
	JoinersWaiting int

	// What the queue was made with.
	MaxItems        uint64
	CapacityBytes   uint64
	ItemMaxBytes    uint64 // the largest item it can hold
	MaxParticipants int
	Joinable        bool

	Shutdown ShutdownMode // 0, Drain or Immediate
}

// Stats takes a picture of the queue.
func (q *Queue) Stats() (Stats, error) {
	picture := make([]raw.Stats, 1)
	s := &picture[0]
	s.StructSize = unsafe.Sizeof(*s)
	if err := q.simple("stats", func(handle uintptr) int { return raw.Stat(handle, picture) }); err != nil {
		return Stats{}, err
	}
	return Stats{
		Items: s.Items, Taken: s.Taken, BytesUsed: s.BytesUsed, BytesBacked: s.BytesBacked,
		Puts: s.Puts, Gets: s.Gets, Dones: s.Dones, Nacks: s.Nacks,
		Redelivered: s.Redelivered, Recovered: s.Recovered,
		Participants: int(s.Participants), GettersWaiting: int(s.GettersWaiting),
		PuttersWaiting: int(s.PuttersWaiting), JoinersWaiting: int(s.JoinersWaiting),
		MaxItems: s.MaxItems, CapacityBytes: s.CapacityBytes, ItemMaxBytes: s.ItemMaxBytes,
		MaxParticipants: int(s.MaxParticipants), Joinable: s.Joinable != 0, Shutdown: ShutdownMode(s.Shutdown),
	}, nil
}

// Participant is a handle that a process has of the queue.
type Participant struct {
	Slot    int
	PID     int // as its own PID namespace counts
	Command string
	Alive   bool   // false for one that died and has not been cleaned up yet
	Self    bool   // this handle
	Taken   uint64 // items it holds unfinished
	Puts    uint64
	Gets    uint64
	Dones   uint64
}

// Participants tells who has the queue open.
func (q *Queue) Participants() ([]Participant, error) {
	f := frames.Get().(*frame)
	defer frames.Put(f)
	entries := make([]raw.Participant, 16)
	for {
		err := q.simple("participants", func(handle uintptr) int {
			return raw.Participants(handle, entries, raw.Address(&f.count))
		})
		if err != nil {
			return nil, err
		}
		if f.count <= uint64(len(entries)) {
			break
		}
		entries = make([]raw.Participant, f.count) // more may have come meanwhile
	}
	found := make([]Participant, 0, f.count)
	for _, e := range entries[:f.count] {
		found = append(found, Participant{
			Slot: int(e.Slot), PID: int(e.PID), Command: text(e.Command[:]), Alive: e.Alive != 0, Self: e.Self != 0,
			Taken: e.Taken, Puts: e.Puts, Gets: e.Gets, Dones: e.Dones,
		})
	}
	return found, nil
}
