// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"io/fs"

	"ipcq/internal/raw"
)

// Option says how a queue is to be made. Against a queue that exists, an option that is not given means "as it is", and
// one that is given must be equal, else ErrMismatch.
type Option func(*options)

type options struct {
	flags           uint
	mode            uint
	maxItems        int
	capacityBytes   int
	maxParticipants int
	strict          bool
}

// Plain asks for a queue whose items are finished once they are copied out: the default of a new queue.
func Plain() Option { return func(o *options) { o.flags |= raw.PLAIN } }

// Joinable asks for a queue whose items are finished by Item.Done or TaskDone.
func Joinable() Option { return func(o *options) { o.flags |= raw.JOINABLE } }

// OpenOnly refuses to make a queue: ErrNotFound.
func OpenOnly() Option { return func(o *options) { o.flags |= raw.OPEN_ONLY } }

// CreateOnly refuses a queue that exists: ErrExists.
func CreateOnly() Option { return func(o *options) { o.flags |= raw.CREATE_ONLY } }

// AnyOwner trusts a queue that another user made, and who could cut it short under this process; else ErrDenied.
func AnyOwner() Option { return func(o *options) { o.flags |= raw.ANY_OWNER } }

// Strict lets TaskDone refuse while this Queue holds several unfinished items: ErrAmbiguous. It concerns this Queue
// alone, and no other one of the same name.
func Strict() Option { return func(o *options) { o.strict = true } }

// MaxItems bounds the queue; 0 means as many items as CapacityBytes allows.
func MaxItems(n int) Option { return func(o *options) { o.maxItems = n } }

// CapacityBytes is the shared memory that the queue may use; 0 means 1 GiB, or half of what /dev/shm has free if less.
func CapacityBytes(n int) Option { return func(o *options) { o.capacityBytes = n } }

// MaxParticipants is how many handles the queue may have at once, one for each Open; 0 means the library's default.
func MaxParticipants(n int) Option { return func(o *options) { o.maxParticipants = n } }

// Mode is the permission bits of a new queue: 0600, 0660, 0606 or 0666; 0 means 0600. The umask is not applied.
// Another mode, or one with any other bit of fs.FileMode, is refused: ErrInvalid.
func Mode(m fs.FileMode) Option { return func(o *options) { o.mode = uint(m) } }

// fault says what is wrong with the options; "" if nothing is.
func (o *options) fault(nameless bool) string {
	const mostParticipants, mostBytes = 4096, 32 << 30
	has := func(flags uint) bool { return o.flags&flags == flags }
	switch {
	case has(raw.PLAIN | raw.JOINABLE):
		return "A queue is plain or joinable: leave out Plain() or Joinable()."
	case has(raw.OPEN_ONLY | raw.CREATE_ONLY):
		return "OpenOnly() and CreateOnly() exclude each other: leave out one of them."
	case nameless && has(raw.OPEN_ONLY):
		return "An anonymous queue is always made: leave out OpenOnly()."
	case o.maxItems < 0:
		return "MaxItems is negative: use 0 for no limit by number."
	case o.capacityBytes < 0 || int64(o.capacityBytes) > mostBytes:
		return "CapacityBytes is out of range: use 0 for the default, or at most 32 GiB."
	case o.maxParticipants < 0 || o.maxParticipants > mostParticipants:
		return "MaxParticipants is out of range: use 0 for the default, or at most 4096."
	}
	return ""
}
