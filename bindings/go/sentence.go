// SPDX-License-Identifier: Apache-2.0

package ipcq

import (
	"strings"

	"ipcq/internal/raw"
)

// What the errors say. The library's sentences speak of C; those that do are said here in the words of this package.
var sentences = map[Code]string{
	Code(raw.TIMEDOUT): "The deadline passed: give more time, or see in Participants which process holds what.",
	ErrEmpty:           "No item is ready: wait with Get, or try again later.",
	ErrFull:            "The queue is full: wait with Put, take items, or make it with more MaxItems or CapacityBytes.",
	ErrClosed:          "The queue was shut down: Unlink it and open a new one to go on.",
	ErrTooLarge:        "The item can never fit: make the queue with a larger CapacityBytes, or put it in parts.",
	ErrBusy:            "A stopped process holds this end of the queue: continue or kill it, or wait with a context.",
	ErrCorrupt:         "The shared memory breaks an invariant: Unlink the queue and open a new one.",
	ErrTruncated:       "The queue's object was cut short: Unlink it and open a new one.",
	ErrDenied:          "No permission for this queue: make it with a wider Mode, or choose another name.",
	ErrNotFound:        "No queue has this name: open it without OpenOnly() to make it, or check the name.",
	ErrExists:          "A queue has this name already: open it without CreateOnly(), Unlink it, or take another name.",
	ErrMismatch:        "The queue exists with other options: ask for the same ones, or give none to take it as it is.",
	ErrInvalid:         "An argument is out of range: see the description of the call.",
	ErrBadHandle:       "This Queue is closed: open it again.",
	ErrCrowded:         "As many handles are open as the queue allows: close some, or give more MaxParticipants.",
	ErrNotTaken:        "No such unfinished item: finish an item, or give it back, once.",
	ErrNotJoinable:     "The queue is plain: make it with Joinable() to use Each, Done, Nack, TaskDone and Join.",
	ErrWrongType:       "The first item has a type that Go does not read: let another consumer take it.",
	ErrSystem:          "An unexpected system error: see that /proc is mounted and /dev/shm can be reached.",
	ErrNotReserved:     "No such reservation: Commit or Abandon a Reservation once.",
	ErrAmbiguous:       "This Queue holds several unfinished items: call Done of the one that is meant.",
}

const (
	notUnlinked = "No permission to unlink this queue: its owner or root can, while /dev/shm can be written."
	noSuchName  = "No queue has this name: check it, or go on if only its absence matters."
	noAnonymous = "An anonymous queue ends with its last participant: make a new one with OpenAnonymous()."
	nameless    = "The anonymous queue"
	neverOpened = "This Queue was never opened: make it with Open or OpenAnonymous."
)

// Names of options, in the library's messages and here.
var optionNames = strings.NewReplacer(
	"open it with any_owner", "open it with AnyOwner()",
	"max_items", "MaxItems", "capacity_bytes", "CapacityBytes", "max_participants", "MaxParticipants",
	"joinable is 1, asked for 0", "it is joinable, asked for as Plain()",
	"joinable is 0, asked for 1", "it is plain, asked for as Joinable()")

// sentence is what the code means and what helps.
func (c Code) sentence() string {
	if own, ok := sentences[c]; ok {
		return own
	}
	return optionNames.Replace(c.librarySentence())
}

func (c Code) librarySentence() string {
	buffer := make([]byte, 512)
	raw.StrError(int(c), buffer)
	return text(buffer)
}

// reword puts a message of the library about a queue into the words of this package.
func (c Code) reword(message, queue string) string {
	path, said := subject(message, queue)
	if before, found := cutSuffix(said, c.librarySentence()); found {
		return path + optionNames.Replace(before) + c.sentence()
	}
	return path + optionNames.Replace(said)
}

// subject separates what the message begins with: the queue's name, which an Error shows already, or a path.
func subject(message, queue string) (path, said string) {
	if queue == "" {
		queue = nameless
	}
	if strings.HasPrefix(message, queue+": ") {
		return "", message[len(queue)+2:]
	}
	if strings.HasPrefix(message, queue+" (") {
		return "", message[len(queue)+1:]
	}
	if end := strings.IndexByte(message, ' '); end > 0 && message[0] == '/' {
		return message[:end], message[end:]
	}
	return "", message
}

// cutSuffix is that of Go 1.20.
func cutSuffix(text, suffix string) (before string, found bool) {
	return strings.TrimSuffix(text, suffix), strings.HasSuffix(text, suffix)
}
