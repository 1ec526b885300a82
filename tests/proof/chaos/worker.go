// SPDX-License-Identifier: Apache-2.0

// A worker in Go: puts or takes until it is told to stop - or killed, at any moment. worker.c tells it in full. Go
// cannot fork.
//
//	chaos_worker_go QUEUE LEDGER SLOT SEED
package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"ipcq"
)

const (
	largeBytes = 16384
	heldMax    = 4
)

type heldItem struct {
	item ipcq.Item
	id   uint64
}

type worker struct {
	queueName, ledgerPath string
	slot                  int
	dice                  *rand.Rand
	ledger                *ledger
	queue                 *ipcq.Queue
	joinable              bool
	held                  []heldItem    // taken and not finished
	seenUntil             [slots]uint64 // behind the last item of each producer that came here for the first time
}

func (w *worker) violation(what string, id uint64) {
	w.ledger.add(w.slot, wordViolations)
	fmt.Printf("violation: %s: item %d (go)\n", what, id)
	os.Exit(1)
}

// closeDescriptors runs in a goroutine of its own, so at any moment of the worker. Go's own descriptors excepted: its
// runtime ends the program when they are gone.
func (w *worker) closeDescriptors() {
	entries, _ := os.ReadDir("/proc/self/fd")
	for _, entry := range entries {
		number, _ := strconv.Atoi(entry.Name())
		kind, _ := os.Readlink("/proc/self/fd/" + entry.Name())
		if number > 2 && !strings.HasPrefix(kind, "anon_inode:") && !strings.HasPrefix(kind, "pipe:") {
			syscall.Close(number)
		}
	}
	for i := 0; i < 8; i++ { // so that the numbers mean something else now
		syscall.Open(w.ledgerPath+".foreign", syscall.O_RDWR|syscall.O_CLOEXEC, 0)
	}
	w.ledger.add(w.slot, wordClosefroms)
}

func (w *worker) obey() {
	if w.ledger.word(w.slot, wordRequest) != requestExec {
		return
	}
	w.ledger.set(w.slot, wordRequest, 0)
	w.ledger.add(w.slot, wordExecs)
	signal.Ignore(syscall.SIGUSR1)
	seed := strconv.FormatUint(w.dice.Uint64(), 10)
	syscall.Exec("/proc/self/exe", []string{os.Args[0], w.queueName, w.ledgerPath, os.Args[3], seed}, os.Environ())
	w.violation("exec failed", 0)
}

// call makes one call that waits for a while at most.
func (w *worker) call(inside uint64, call func(ctx context.Context) error) error {
	timeouts := []time.Duration{0, 2 * time.Millisecond, 50 * time.Millisecond}
	ctx, cancel := context.WithTimeout(context.Background(), timeouts[w.dice.Intn(len(timeouts))])
	defer cancel()
	w.ledger.set(w.slot, wordInside, inside)
	defer w.ledger.set(w.slot, wordInside, 0)
	return call(ctx)
}

func inVain(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ipcq.ErrBusy)
}

// ------------------------------------------------------------------------------------------------- putting

func (w *worker) produce() {
	for !w.ledger.stopped() {
		w.obey()
		number := w.ledger.word(w.slot, wordNext)
		if number == ids {
			time.Sleep(10 * time.Millisecond)
			continue
		}
		w.ledger.set(w.slot, wordNext, number+1)
		w.put(uint64(w.slot)*ids + number)
		if w.joinable && w.dice.Intn(64) == 0 {
			if err := w.call(insideJoin, w.queue.Join); err != nil && !inVain(err) {
				w.violation(err.Error(), 0)
			}
		}
		if w.dice.Intn(16) == 0 {
			time.Sleep(200 * time.Microsecond)
		}
	}
}

func (w *worker) put(id uint64) {
	data := payload(id)
	w.ledger.mark(started, id)
	for !w.ledger.stopped() {
		err := w.call(insidePut, func(ctx context.Context) error { return w.queue.PutBytes(ctx, data) })
		if err == nil {
			w.ledger.mark(put, id)
			return
		}
		if !inVain(err) {
			w.violation(err.Error(), id)
		}
	}
}

func payload(id uint64) []byte {
	mixed := (id + 1) * 0x9e3779b97f4a7c15
	tail := mixed >> 20 % 64
	if mixed>>58 == 0 {
		tail = mixed >> 20 % largeBytes
	}
	data := binary.LittleEndian.AppendUint64(nil, id)
	return append(data, bytes.Repeat([]byte{byte(mixed >> 48)}, int(tail))...)
}

// ------------------------------------------------------------------------------------------------- taking

func (w *worker) consume() {
	for {
		if !w.ledger.stopped() {
			w.obey()
		}
		var item ipcq.Item
		err := w.call(insideGet, func(ctx context.Context) (err error) {
			item, err = w.queue.Get(ctx)
			return err
		})
		switch {
		case err == nil:
			w.lookAt(item)
			w.settleDownTo(w.dice.Intn(heldMax))
		case errors.Is(err, ipcq.ErrClosed):
			return
		case inVain(err):
			w.settleDownTo(0)
		default:
			w.violation(err.Error(), 0)
		}
	}
}

func (w *worker) lookAt(item ipcq.Item) {
	data := item.Bytes()
	if len(data) < 8 {
		w.violation("payload: is torn", 0)
	}
	id := binary.LittleEndian.Uint64(data)
	if id >= items || !bytes.Equal(data, payload(id)) {
		w.violation("payload: is torn", id)
	}
	if !w.ledger.marked(started, id) {
		w.violation("conservation: came and was never put", id)
	}
	if w.ledger.marked(finished, id) {
		w.violation("finished once: came again after it was finished", id)
	}
	if w.ledger.marked(delivered, id) && (!w.joinable || item.Deliveries == 0) {
		w.violation("deliveries: came again as if for the first time", id)
	}
	w.ledger.mark(delivered, id)
	if producer, number := id/ids, id%ids; item.Deliveries == 0 {
		if number < w.seenUntil[producer] {
			w.violation("order: came after a later one of its producer", id)
		}
		w.seenUntil[producer] = number + 1
	}
	if w.joinable {
		w.held = append(w.held, heldItem{item, id})
	} else {
		w.ledger.add(w.slot, wordDone)
	}
}

func (w *worker) settleDownTo(count int) {
	for len(w.held) > count {
		chosen, last := w.dice.Intn(len(w.held)), len(w.held)-1
		one := w.held[chosen]
		w.held[chosen] = w.held[last]
		w.held = w.held[:last]
		if w.dice.Intn(32) == 0 {
			w.giveBack(one)
		} else {
			w.finish(one)
		}
	}
}

func (w *worker) giveBack(one heldItem) {
	for {
		err := w.call(insideNack, func(context.Context) error { return one.item.Nack() })
		if err == nil {
			return
		}
		if !errors.Is(err, ipcq.ErrBusy) { // a stopped process holds the getters' end
			w.violation(err.Error(), one.id)
		}
		time.Sleep(200 * time.Microsecond)
	}
}

func (w *worker) finish(one heldItem) {
	w.ledger.mark(finishing, one.id)
	if err := w.call(insideDone, func(context.Context) error { return one.item.Done() }); err != nil {
		w.violation(err.Error(), one.id)
	}
	if w.ledger.marked(finished, one.id) {
		w.violation("finished once: finished twice", one.id)
	}
	w.ledger.mark(finished, one.id)
	w.ledger.add(w.slot, wordDone)
}

func main() {
	slot, _ := strconv.Atoi(os.Args[3])
	seed, _ := strconv.ParseUint(os.Args[4], 10, 64)
	w := &worker{queueName: os.Args[1], ledgerPath: os.Args[2], slot: slot, dice: rand.New(rand.NewSource(int64(seed)))}
	w.ledger = openLedger(w.ledgerPath)
	queue, err := ipcq.Open(w.queueName, ipcq.OpenOnly())
	if err != nil {
		w.violation(err.Error(), 0)
	}
	w.queue = queue
	stats, err := queue.Stats()
	if err != nil {
		w.violation(err.Error(), 0)
	}
	w.joinable = stats.Joinable
	robberies := make(chan os.Signal, 16)
	signal.Notify(robberies, syscall.SIGUSR1)
	go func() {
		for range robberies {
			w.closeDescriptors()
		}
	}()
	if slot%2 == 0 {
		w.produce()
	} else {
		w.consume()
	}
	if err := queue.Close(); err != nil {
		w.violation(err.Error(), 0)
	}
}
