# SPDX-License-Identifier: Apache-2.0
"""A getter that does not wait gets the answer that the queue is empty.

    nonblocking.py              all roles
    nonblocking.py put NAME     one role, in a queue that programs in other languages can open
    nonblocking.py get NAME     takes what is there
"""

import sys
from multiprocessing import Process
from queue import Empty

from ipcq import Queue


def put(queue):
    for number in range(10):
        queue.put_nowait(number)
        print("put", number, flush=True)


def get(queue):
    numbers = []
    try:
        while True:
            numbers.append(queue.get_nowait())
            print("got", numbers[-1], flush=True)
    except Empty:
        print(f"empty, after {len(numbers)} numbers", flush=True)
    return numbers


def main():
    queue = Queue()
    before = get(queue)
    putter = Process(target=put, args=(queue,))
    putter.start()
    putter.join()
    after = get(queue)
    return 0 if before == [] and after == list(range(10)) else 1


if __name__ == "__main__":
    if len(sys.argv) == 1:
        sys.exit(main())
    role, name = sys.argv[1:]
    {"put": put, "get": get}[role](Queue(name=name))
