// SPDX-License-Identifier: Apache-2.0

package main

import (
	"log"
	"os"
	"sync/atomic"
	"syscall"
	"unsafe"
)

const (
	slots    = 32
	ids      = 1 << 20
	items    = slots * ids
	arraysAt = 4096
)

// The words of a slot.
const (
	wordNext = iota
	wordDone
	wordViolations
	_ // of those who fork
	wordInside
	wordRequest
	wordClosefroms
	wordExecs
)

const requestExec = 2

// In wordInside.
const (
	insidePut = 1 + iota
	insideGet
	insideDone
	insideNack
	insideJoin
)

type state int

const (
	started state = iota
	put
	delivered
	finishing
	finished
	states
)

// ledger is the account outside the queue; README.md lays it out, ledger.py says why it survives.
type ledger struct{ data []byte }

func openLedger(path string) *ledger {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	data, err := syscall.Mmap(int(file.Fd()), 0, arraysAt+int(states)*items, syscall.PROT_READ|syscall.PROT_WRITE,
		syscall.MAP_SHARED)
	if err != nil {
		log.Fatal(err)
	}
	return &ledger{data}
}

func (l *ledger) at(offset int) *uint64 { return (*uint64)(unsafe.Pointer(&l.data[offset])) }

func (l *ledger) stopped() bool { return atomic.LoadUint64(l.at(0)) != 0 }

func (l *ledger) word(slot, which int) uint64 { return atomic.LoadUint64(l.at(64 + 64*slot + 8*which)) }

func (l *ledger) set(slot, which int, value uint64) {
	atomic.StoreUint64(l.at(64+64*slot+8*which), value)
}

func (l *ledger) add(slot, which int) { l.set(slot, which, l.word(slot, which)+1) }

func (l *ledger) mark(s state, id uint64) { l.data[arraysAt+int(s)*items+int(id)] = 1 }

func (l *ledger) marked(s state, id uint64) bool { return l.data[arraysAt+int(s)*items+int(id)] != 0 }
