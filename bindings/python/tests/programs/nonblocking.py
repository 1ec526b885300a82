# SPDX-License-Identifier: Apache-2.0
import os
import queue
from multiprocessing import Process, Queue


def say(*words):
    """One write: lines of several processes do not mix."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def put(q):
    for number in range(10):
        q.put_nowait(number)
        say("put", number)


def get(q):
    for _ in range(10):
        try:
            say("got", q.get(block=False))
        except queue.Empty:
            say("empty")
    try:
        q.get_nowait()
    except queue.Empty:
        say("empty")


if __name__ == "__main__":
    q = Queue(maxsize=10)
    for target in (put, get):
        process = Process(target=target, args=(q,))
        process.start()
        process.join()
    say(q.empty(), q.full(), q.qsize())
