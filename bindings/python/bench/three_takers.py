# SPDX-License-Identifier: Apache-2.0
"""How long three_takers takes with multiprocessing.Queue and with ipcq.Queue, in turns, in one run.

    three_takers.py [ROUNDS [NUMBERS]]
"""

import multiprocessing
import statistics
import sys
import time

import ipcq

TAKERS = 3


def take(queue, count):
    for _ in range(count):
        queue.get()


def seconds(queue, numbers):
    start = time.perf_counter()
    for number in range(numbers):
        queue.put(number)
    takers = [multiprocessing.Process(target=take, args=(queue, numbers // TAKERS)) for _ in range(TAKERS)]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join()
    return time.perf_counter() - start


def main(rounds=3, numbers=150_000):
    theirs, ours = [], []
    for _ in range(int(rounds)):
        theirs.append(seconds(multiprocessing.Queue(), int(numbers)))
        ours.append(seconds(ipcq.Queue(), int(numbers)))
    for who, times in (("multiprocessing.Queue", theirs), ("ipcq.Queue", ours)):
        print(f"{who:22} {statistics.median(times):7.3f} s  ({min(times):.3f} to {max(times):.3f})")
    print(f"ratio of the medians   {statistics.median(theirs) / statistics.median(ours):7.1f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
