# SPDX-License-Identifier: Apache-2.0
"""A worker in Python: puts or takes until it is told to stop - or killed, at any moment. worker.c tells it in full.

usage: worker.py QUEUE LEDGER SLOT SEED
"""

import os
import random
import signal
import struct
import sys
import time
from queue import Empty, Full

import ledger as book
from ipcq import Busy, JoinableQueue, Queue, ShutDown
from ledger import Ledger

LARGE_BYTES = 16384
HELD_MAX = 4


class Worker:
    def __init__(self, queue_name, ledger_path, slot, seed):
        self.queue_name, self.ledger_path, self.slot = queue_name, ledger_path, slot
        self.dice = random.Random(seed)
        self.ledger = Ledger(ledger_path)
        self.queue = open_either(queue_name)
        self.joinable = isinstance(self.queue, JoinableQueue)
        self.begin()

    def begin(self):
        self.held = []  # (ticket, id) of unfinished items
        self.last_seen = {}  # by producer: the number of its last item that came here for the first time
        signal.signal(signal.SIGUSR1, self.close_descriptors)

    def violation(self, what, item_id):
        self.ledger.add(self.slot, book.VIOLATIONS)
        print(f"violation: {what}: item {item_id} (python)", flush=True)
        os._exit(1)

    def close_descriptors(self, *_):
        os.closerange(3, 4096)
        for _ in range(8):  # so that the numbers mean something else now
            os.open(self.ledger_path + ".foreign", os.O_RDWR)
        self.ledger.add(self.slot, book.CLOSEFROMS)

    def call(self, name, function, *arguments, **options):
        self.ledger.set_word(self.slot, book.INSIDE, name)
        try:
            return function(*arguments, **options)
        finally:
            self.ledger.set_word(self.slot, book.INSIDE, 0)

    def timeout(self):
        return self.dice.choice((0, 0.002, 0.05))

    def obey(self):
        request = self.ledger.word(self.slot, book.REQUEST)
        if request == 0:
            return
        self.ledger.set_word(self.slot, book.REQUEST, 0)
        if request == book.EXEC:
            self.ledger.add(self.slot, book.EXECS)
            signal.signal(signal.SIGUSR1, signal.SIG_IGN)
            os.execv(sys.executable, [sys.executable, __file__, self.queue_name, self.ledger_path, str(self.slot),
                                      str(self.dice.getrandbits(32))])
        self.fork()

    def fork(self):
        """Twice, so that the child becomes the driver's."""
        child_slot = self.slot + book.ROOTS
        self.ledger.set_word(child_slot, book.PID, book.FORKING)
        between = os.fork()
        if between != 0:
            os.waitpid(between, 0)
            return
        if os.fork() != 0:
            os._exit(0)
        self.slot = child_slot
        self.dice = random.Random(self.dice.random())
        self.begin()
        self.ledger.set_word(child_slot, book.PID, os.getpid())

    # ------------------------------------------------------------------------------------------- putting

    def produce(self):
        ledger = self.ledger
        while not ledger.stop:
            self.obey()
            number = ledger.word(self.slot, book.NEXT)
            if number == book.IDS:
                time.sleep(0.01)
                continue
            ledger.set_word(self.slot, book.NEXT, number + 1)
            self.put(self.slot * book.IDS + number)
            if self.joinable and self.dice.randrange(64) == 0:
                self.join()

    def put(self, item_id):
        self.ledger.started[item_id] = 1
        payload = payload_of(item_id)
        while not self.ledger.stop:
            try:
                self.call(book.PUT, self.queue.put, payload, timeout=self.timeout())
            except (Full, Busy):
                continue
            self.ledger.put[item_id] = 1
            return

    def join(self):
        try:
            self.call(book.JOIN, self.queue.join, 0.001)
        except (TimeoutError, Busy):
            pass

    # ------------------------------------------------------------------------------------------- taking

    def consume(self):
        while True:
            if not self.ledger.stop:
                self.obey()
            try:
                item = self.call(book.GET, self.queue.get_item, timeout=self.timeout())
            except (Empty, Busy):
                self.settle_down_to(0)
                continue
            except ShutDown:
                return
            self.look_at(item)
            self.settle_down_to(self.dice.randrange(HELD_MAX))

    def look_at(self, item):
        ledger, payload = self.ledger, item.value
        item_id = struct.unpack_from("<Q", payload)[0] if len(payload) >= 8 else -1
        if not 0 <= item_id < book.SLOTS * book.IDS or payload != payload_of(item_id):
            self.violation("payload: is torn", item_id)
        if not ledger.started[item_id]:
            self.violation("conservation: came and was never put", item_id)
        if ledger.finished[item_id]:
            self.violation("finished once: came again after it was finished", item_id)
        if ledger.delivered[item_id] and (not self.joinable or item.deliveries == 0):
            self.violation("deliveries: came again as if for the first time", item_id)
        ledger.delivered[item_id] = 1
        if item.deliveries == 0:
            producer, number = divmod(item_id, book.IDS)
            if number <= self.last_seen.get(producer, -1):
                self.violation("order: came after a later one of its producer", item_id)
            self.last_seen[producer] = number
        if self.joinable:
            self.held.append((item.ticket, item_id))
        else:
            ledger.add(self.slot, book.DONE)

    def settle_down_to(self, count):
        while len(self.held) > count:
            ticket, item_id = self.held.pop(self.dice.randrange(len(self.held)))
            if self.dice.randrange(32) == 0:
                self.give_back(ticket)
            else:
                self.finish(ticket, item_id)

    def give_back(self, ticket):
        while True:
            try:
                return self.call(book.NACK, self.queue.nack, ticket)
            except Busy:  # a stopped process holds the getters' end
                time.sleep(0.0002)

    def finish(self, ticket, item_id):
        self.ledger.finishing[item_id] = 1
        self.call(book.DONE_CALL, self.queue.task_done, ticket)
        if self.ledger.finished[item_id]:
            self.violation("finished once: finished twice", item_id)
        self.ledger.finished[item_id] = 1
        self.ledger.add(self.slot, book.DONE)


def open_either(name):
    try:
        return JoinableQueue(name=name, create=False)
    except ValueError:
        return Queue(name=name, create=False)


def payload_of(item_id):
    mixed = (item_id + 1) * 0x9e3779b97f4a7c15 & 0xffffffffffffffff
    tail = (mixed >> 20) % (LARGE_BYTES if mixed >> 58 == 0 else 64)
    return struct.pack("<Q", item_id) + bytes([mixed >> 48 & 255]) * tail


def main(queue_name, ledger_path, slot, seed):
    worker = Worker(queue_name, ledger_path, int(slot), int(seed))
    if int(slot) % 2 == 0:
        worker.produce()
    else:
        worker.consume()
    worker.queue.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
