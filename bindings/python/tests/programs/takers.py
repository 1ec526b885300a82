# SPDX-License-Identifier: Apache-2.0
import os
from multiprocessing import Process, Queue, current_process


def say(*words):
    """One write: lines of several processes do not mix."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def take(q):
    for _ in range(500):
        say("took", q.get())
    say(current_process().name, "ends")


if __name__ == "__main__":
    q = Queue()
    for number in range(1500):
        q.put(number)
    takers = [Process(target=take, name=name, args=(q,)) for name in ("p1", "p2", "p3")]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join()
    q.put(1)
    q.put(1)
    q.close()
    q.join_thread()
    try:
        q.put(1)
    except ValueError as error:
        say(str(error).split()[0], str(error).split()[-2:])
