# SPDX-License-Identifier: Apache-2.0
import os
from multiprocessing import JoinableQueue, Process


def say(*words):
    """One write: lines of several processes do not mix."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def producer(name, q):
    for number in range(2):
        q.put(number)
        say(name, "made", number)
    q.join()


def consumer(q):
    while True:
        say("eaten:", q.get())
        q.task_done()


if __name__ == "__main__":
    q = JoinableQueue()
    producers = [Process(target=producer, args=(name, q)) for name in ("p1", "p2", "p3")]
    consumers = [Process(target=consumer, args=(q,), daemon=True) for _ in range(2)]
    for process in consumers + producers:
        process.start()
    for process in producers:
        process.join()
    try:
        q.task_done()
    except ValueError as error:
        say(error)
    say("main process")
