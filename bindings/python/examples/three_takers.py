# SPDX-License-Identifier: Apache-2.0
"""150,000 numbers are put first. Then three processes take 50,000 each.

    three_takers.py                     all roles
    three_takers.py put NAME [COUNT]    one role, in a queue that programs in other languages can open
    three_takers.py take NAME [COUNT]
"""

import os
import sys
from multiprocessing import Process

from ipcq import Queue


def put(queue, count):
    for number in range(count):
        queue.put(number)


def take(queue, count, sums=None):
    total = 0
    for _ in range(count):
        total += queue.get()
    print(f"process {os.getpid()} took {count} numbers", flush=True)
    if sums:
        sums.put(total)


def main():
    queue, sums = Queue(), Queue()
    put(queue, 150_000)
    takers = [Process(target=take, args=(queue, 50_000, sums)) for _ in range(3)]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join()
    right = sum(sums.get_nowait() for _ in takers) == sum(range(150_000)) and queue.empty()
    print("every number was taken once" if right else "numbers are missing")
    return 0 if right else 1


if __name__ == "__main__":
    if len(sys.argv) == 1:
        sys.exit(main())
    role, name, *rest = sys.argv[1:]
    if role == "put":
        put(Queue(name=name), int(rest[0]) if rest else 150_000)
    else:
        take(Queue(name=name), int(rest[0]) if rest else 50_000)
