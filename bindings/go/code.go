// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"io/fs"

	"ipcq/internal/raw"
)

// Code is an answer of the library, the same number in every language. The constants below serve errors.Is:
//
//	if errors.Is(err, ipcq.ErrEmpty) { ... }
type Code int

const (
	ErrEmpty       Code = Code(raw.EMPTY)       // TryGet: no item is ready
	ErrFull        Code = Code(raw.FULL)        // TryPut: no room by items or by bytes
	ErrClosed      Code = Code(raw.CLOSED)      // the queue was shut down and, for a getter, is drained
	ErrTooLarge    Code = Code(raw.TOOBIG)      // the item can never fit
	ErrNoSpace     Code = Code(raw.NOSPACE)     // the system has no shared memory left
	ErrBusy        Code = Code(raw.BUSY)        // a Try, and a stopped process holds this end of the queue
	ErrCorrupt     Code = Code(raw.CORRUPT)     // the shared memory breaks an invariant
	ErrBadVersion  Code = Code(raw.BADVERSION)  // the queue has another layout version
	ErrBadABI      Code = Code(raw.BADABI)      // made by another C library, word size, byte order or page size
	ErrForeign     Code = Code(raw.FOREIGN)     // the object of that name is no queue
	ErrTruncated   Code = Code(raw.TRUNCATED)   // the object of that name is shorter than its header says
	ErrDenied      Code = Code(raw.DENIED)      // no permission; also fs.ErrPermission
	ErrNotFound    Code = Code(raw.NOTFOUND)    // no queue has this name; also fs.ErrNotExist
	ErrExists      Code = Code(raw.EXISTS)      // a queue has this name; also fs.ErrExist
	ErrMismatch    Code = Code(raw.MISMATCH)    // the queue exists with other options
	ErrBadName     Code = Code(raw.BADNAME)     // not a queue name
	ErrInvalid     Code = Code(raw.INVALID)     // an argument or option is out of range; also fs.ErrInvalid
	ErrNoMemory    Code = Code(raw.NOMEM)       // the process has no memory left
	ErrFileLimit   Code = Code(raw.FILELIMIT)   // RLIMIT_FSIZE is too low
	ErrSpaceLimit  Code = Code(raw.SPACELIMIT)  // RLIMIT_AS is too low
	ErrFDLimit     Code = Code(raw.FDLIMIT)     // RLIMIT_NOFILE is too low
	ErrCrowded     Code = Code(raw.CROWDED)     // as many handles are open as MaxParticipants allows
	ErrNoSHM       Code = Code(raw.NOSHM)       // /dev/shm is missing or no memory file system
	ErrBadHandle   Code = Code(raw.BADHANDLE)   // this Queue was closed; also fs.ErrClosed
	ErrNotTaken    Code = Code(raw.NOTTAKEN)    // no such unfinished item: finished or given back already
	ErrInherited   Code = Code(raw.INHERITED)   // the item was taken before a fork by the parent
	ErrNotJoinable Code = Code(raw.NOTJOINABLE) // Done, Nack, TaskDone or Join on a plain queue
	ErrWrongType   Code = Code(raw.WRONGTYPE)   // the first item is for another language (a pickle); it stays first
	ErrScheme      Code = Code(raw.SCHEME)      // names with :// are reserved
	ErrSystem      Code = Code(raw.SYSTEM)      // an unexpected system error
	ErrNotReserved Code = Code(raw.NOTRESERVED) // Commit or Abandon of what was committed or abandoned already
	ErrAmbiguous   Code = Code(raw.AMBIGUOUS)   // TaskDone of a Strict Queue that holds several unfinished items
)

// Error is one sentence that names the remedy.
func (c Code) Error() string { return "ipcq: " + c.sentence() }

// Is lets the errors of the standard library match.
func (c Code) Is(target error) bool {
	switch target {
	case fs.ErrPermission:
		return c == ErrDenied
	case fs.ErrNotExist:
		return c == ErrNotFound
	case fs.ErrExist:
		return c == ErrExists
	case fs.ErrInvalid:
		return c == ErrInvalid
	case fs.ErrClosed:
		return c == ErrBadHandle
	}
	return false
}
