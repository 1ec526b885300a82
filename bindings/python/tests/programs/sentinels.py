# SPDX-License-Identifier: Apache-2.0
import os
from multiprocessing import Process, Queue


def say(*words):
    """One write: lines of several processes do not mix."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def producer(name, q):
    for number in range(10):
        q.put("%s made bun %s" % (name, number))


def consumer(q):
    while True:
        bun = q.get()
        if bun is None:
            break
        say("eaten:", bun)


if __name__ == "__main__":
    q = Queue()
    producers = [Process(target=producer, args=(name, q)) for name in ("alex", "peiqi", "egon")]
    consumers = [Process(target=consumer, args=(q,)) for _ in range(2)]
    for process in producers + consumers:
        process.start()
    for process in producers:
        process.join()
    for _ in consumers:
        q.put(None)
    for process in consumers:
        process.join()
    say("main process")
