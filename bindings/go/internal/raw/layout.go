// SPDX-License-Identifier: Apache-2.0

package raw

import (
	"math"
	"unsafe"
)

// The expressions of ipcq.h that SWIG cannot turn into Go constants.
const (
	NOWAIT  int64 = 0
	FOREVER int64 = math.MaxInt64

	OLDEST         uint64 = 0
	ONLY_OF_THREAD uint64 = math.MaxUint64 - 1
)

// Wait has the layout of ipcq_wait. Token points into C memory.
type Wait struct {
	Deadline int64
	Token    uintptr
	Flags    uint32
	Reserved uint32
}

// Item has the layout of ipcq_item.
type Item struct {
	Ticket     uint64
	Size       uint64
	Type       uint32
	Deliveries uint32
}

// Message has the layout of ipcq_message.
type Message struct {
	Data     uintptr
	Size     uint64
	Type     uint32
	Reserved uint32
}

// View has the layout of ipcq_view.
type View struct {
	Data uintptr // in the queue's memory, or in the buffer of a GetMany
	Item Item
}

// Stats has the layout of ipcq_stats.
type Stats struct {
	StructSize      uintptr
	Items           uint64
	Taken           uint64
	BytesUsed       uint64
	BytesBacked     uint64
	Puts            uint64
	Gets            uint64
	Dones           uint64
	Nacks           uint64
	Redelivered     uint64
	Recovered       uint64
	Participants    uint32
	GettersWaiting  uint32
	PuttersWaiting  uint32
	JoinersWaiting  uint32
	MaxItems        uint64
	CapacityBytes   uint64
	ItemMaxBytes    uint64
	MaxParticipants uint32
	Joinable        uint32
	Shutdown        uint32
	Reserved        uint32
}

// Participant has the layout of ipcq_participant.
type Participant struct {
	Slot    uint32
	PID     int32
	Alive   uint32
	Self    uint32
	Taken   uint64
	Puts    uint64
	Gets    uint64
	Dones   uint64
	Command [16]byte
}

// The sizes that raw.i asserts of the C structs; another size does not compile.
var (
	_ [24]byte  = [unsafe.Sizeof(Wait{})]byte{}
	_ [24]byte  = [unsafe.Sizeof(Item{})]byte{}
	_ [144]byte = [unsafe.Sizeof(Stats{})]byte{}
	_ [64]byte  = [unsafe.Sizeof(Participant{})]byte{}
	_ [24]byte  = [unsafe.Sizeof(Message{})]byte{}
	_ [32]byte  = [unsafe.Sizeof(View{})]byte{}
)
