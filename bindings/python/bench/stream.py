# SPDX-License-Identifier: Apache-2.0
"""A stream of small ints from one process to another: ipcq.Queue beside its peers, in turns, in one run.

    stream.py [ROUNDS [NUMBERS [BATCH]]]

faster-fifo takes part where it is installed.
"""

import multiprocessing
import pickle
import statistics
import sys
import time

import ipcq

try:
    import faster_fifo
except ImportError:
    faster_fifo = None


def put_singly(queue, numbers, _batch):
    put = queue.put
    for number in range(numbers):
        put(number)


def get_singly(queue, numbers, _batch):
    get = queue.get
    for number in range(numbers):
        if get() != number:
            sys.exit("out of order")


def put_batches(queue, numbers, batch):
    for first in range(0, numbers, batch):
        rest = list(range(first, min(first + batch, numbers)))
        while rest:
            rest = rest[queue.put_many(rest) or batch:]  # faster-fifo's puts all of them, and returns None


def get_batches(queue, numbers, batch):
    expected = 0
    while expected < numbers:
        for number in queue.get_many(max_items=batch) if isinstance(queue, ipcq.Queue) else \
                queue.get_many(max_messages_to_get=batch):
            if number != expected:
                sys.exit("out of order")
            expected += 1


def take(get, queue, numbers, batch, ready, done):
    ready.set()
    get(queue, numbers, batch)
    done.put(time.monotonic())


def rate(make, put, get, numbers, batch):
    """Millions of items a second."""
    queue, done, ready = make(), multiprocessing.SimpleQueue(), multiprocessing.Event()
    taker = multiprocessing.Process(target=take, args=(get, queue, numbers, batch, ready, done))
    taker.start()
    ready.wait()
    start = time.monotonic()
    put(queue, numbers, batch)
    rate = numbers / (done.get() - start) / 1e6
    taker.join()
    if taker.exitcode:
        sys.exit("the taker failed")
    return rate


def main(rounds=5, numbers=200_000, batch=100):
    rounds, numbers, batch = int(rounds), int(numbers), int(batch)
    runs = {
        "multiprocessing.Queue": (multiprocessing.Queue, put_singly, get_singly, 1),
        "ipcq.Queue": (ipcq.Queue, put_singly, get_singly, 8),
        f"ipcq.Queue, batches of {batch}": (ipcq.Queue, put_batches, get_batches, 20),
    }
    if faster_fifo:
        runs["faster_fifo.Queue"] = (lambda: faster_fifo.Queue(1 << 24), put_singly, get_singly, 1)
        runs[f"faster_fifo.Queue, batches of {batch}"] = (
            lambda: faster_fifo.Queue(1 << 24), put_batches, get_batches, 4)
        runs["the same with plain pickle"] = (  # in place of multiprocessing's, which it takes by itself
            lambda: faster_fifo.Queue(1 << 24, loads=pickle.loads, dumps=pickle.dumps), put_batches, get_batches, 4)
    rates = {who: [] for who in runs}
    for _ in range(rounds):
        for who, (make, put, get, weight) in runs.items():
            rates[who].append(rate(make, put, get, numbers * weight, batch))

    def ratio(ours, theirs):
        if theirs in rates:
            print(f"{ours} / {theirs}: {statistics.median(rates[ours]) / statistics.median(rates[theirs]):.1f}")

    for who, values in rates.items():
        print(f"{who:34} {statistics.median(values):6.2f} M/s  ({min(values):.2f} to {max(values):.2f})")
    ratio("ipcq.Queue", "multiprocessing.Queue")
    ratio("ipcq.Queue", "faster_fifo.Queue")
    ratio(f"ipcq.Queue, batches of {batch}", f"faster_fifo.Queue, batches of {batch}")
    ratio(f"ipcq.Queue, batches of {batch}", "the same with plain pickle")


if __name__ == "__main__":
    main(*sys.argv[1:])
