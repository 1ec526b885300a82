# SPDX-License-Identifier: Apache-2.0
"""One process puts ten numbers, another one gets them. The getter starts first and waits.

    producer_consumer.py              all roles
    producer_consumer.py put NAME     one role, in a queue that programs in other languages can open
    producer_consumer.py get NAME
"""

import sys
from multiprocessing import Process

from ipcq import Queue


def put(queue):
    for number in range(10):
        queue.put(number)
        print("put", number, flush=True)


def get(queue):
    numbers = []
    for _ in range(10):
        numbers.append(queue.get())
        print("got", numbers[-1], flush=True)
    sys.exit(numbers != list(range(10)))


def main():
    queue = Queue()
    getter = Process(target=get, args=(queue,))
    putter = Process(target=put, args=(queue,))
    getter.start()
    putter.start()
    getter.join()
    putter.join()
    print(queue)
    return getter.exitcode or putter.exitcode


if __name__ == "__main__":
    if len(sys.argv) == 1:
        sys.exit(main())
    role, name = sys.argv[1:]
    {"put": put, "get": get}[role](Queue(name=name))
