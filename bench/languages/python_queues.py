# SPDX-License-Identifier: Apache-2.0
"""One round of Python's queues with small ints, a line of JSON each.

multiprocessing.Queue and SimpleQueue have nothing to tune. faster-fifo gets a buffer that never fills, as its README
advises. Its serializer is pickle itself, which is faster than its default. Its put_many and get_many move 100 at a
time, as ours do.

    python_queues.py PRODUCERS:CONSUMERS SECONDS TURN
"""

import json
import multiprocessing
import os
import pickle
import sys
import time

import ipcq

BATCH = 100
FIRST_ITEMS = 4000
FIFO_BYTES = 16 << 20
PATIENCE_S = 60

fork = multiprocessing.get_context("fork")


class OneByOne:
    def __init__(self, queue, get=None):
        self.put, self.get = queue.put, get or queue.get

    def produce(self, count):
        put = self.put
        for number in range(count):
            put(number)

    def consume(self, count):
        get, total = self.get, 0
        for _ in range(count):
            total += get()
        return total


class Batches:
    def __init__(self, put_many, get_many):
        self.put_many, self.get_many = put_many, get_many

    def produce(self, count):
        for first in range(0, count, BATCH):
            self.put_many(range(first, min(first + BATCH, count)))

    def consume(self, count):
        total = 0
        while count:
            numbers = self.get_many(min(BATCH, count))
            total += sum(numbers)
            count -= len(numbers)
        return total


def faster_fifo():
    import faster_fifo

    return faster_fifo.Queue(FIFO_BYTES, loads=pickle.loads, dumps=pickle.dumps)


def fifo_one_by_one():
    fifo = faster_fifo()
    return OneByOne(fifo, lambda: fifo.get(timeout=PATIENCE_S))


def fifo_batches():
    fifo = faster_fifo()
    return Batches(lambda numbers: fifo.put_many(list(numbers), timeout=PATIENCE_S),
                   lambda most: fifo.get_many(timeout=PATIENCE_S, max_messages_to_get=most))


def our_batches():
    queue = ipcq.Queue()

    def put_all(numbers):  # put_many puts as many as there is room for
        numbers = list(numbers)
        while numbers:
            del numbers[:queue.put_many(numbers)]

    return Batches(put_all, queue.get_many)


PEERS = {
    "ipcq": lambda: OneByOne(ipcq.Queue()),
    "ipcq-many": our_batches,
    "multiprocessing.Queue": lambda: OneByOne(fork.Queue()),
    "multiprocessing.SimpleQueue": lambda: OneByOne(fork.SimpleQueue()),
    "faster-fifo": fifo_one_by_one,
    "faster-fifo-many": fifo_batches,
}


def seconds_for(make, producers, consumers, items):
    """From the opening of the gate, behind which all stand, to the last item that came; how they end is not counted."""
    peer = make()
    ready_reader, ready = os.pipe()
    gate, gate_writer = os.pipe()
    finished, totals = fork.Array("d", consumers, lock=False), fork.Array("q", consumers, lock=False)

    def stand():
        os.close(gate_writer)
        os.write(ready, b"!")
        os.read(gate, 1)

    def produce():
        stand()
        peer.produce(items // producers)

    def consume(index):
        stand()
        totals[index] = peer.consume(items // consumers)
        finished[index] = time.monotonic()

    processes = [fork.Process(target=produce, daemon=True) for _ in range(producers)]
    processes += [fork.Process(target=consume, args=(i,), daemon=True) for i in range(consumers)]
    for process in processes:
        process.start()
    for _ in processes:
        os.read(ready_reader, 1)
    start = time.monotonic()
    os.close(gate_writer)
    for process in processes:
        process.join(PATIENCE_S)
    for end in (ready_reader, ready, gate):
        os.close(end)
    if any(process.exitcode != 0 for process in processes):
        raise RuntimeError("a process failed")
    share = items // producers
    if sum(totals) != producers * share * (share - 1) // 2:
        raise RuntimeError("the items that came are not those that were put")
    return max(finished) - start


def measure(make, producers, consumers, seconds):
    items = FIRST_ITEMS
    first = seconds_for(make, producers, consumers, items)
    items = max(1, int(items * seconds / first) // (producers * consumers)) * producers * consumers
    return items / seconds_for(make, producers, consumers, items) / 1e6


def main(cell, seconds, turn):
    producers, consumers = map(int, cell.split(":"))
    names = list(PEERS)
    turn = int(turn) % len(names)
    for name in names[turn:] + names[:turn]:
        line = {"peer": name, "cell": cell}
        try:
            line |= {"value": measure(PEERS[name], producers, consumers, float(seconds)), "unit": "M items/s"}
        except Exception as error:  # whatever a peer does wrong: the others are measured
            line["failed"] = f"{type(error).__name__}: {error}"
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
