# SPDX-License-Identifier: Apache-2.0
"""Three deaths, and an evening without one, each told once and played with both libraries. The parent never touches the
queue itself; a scene answers the connection on which somebody will say that life goes on.
"""

import multiprocessing
import os
import signal
import time
from pathlib import Path

LARGE_BYTES, LARGE_ITEMS = 1 << 20, 8  # more than either queue holds before a put must wait
_processes = multiprocessing.get_context("fork")


class Cast:
    """The queues and processes of all scenes. Leaving the block kills who is left; then the queues go."""

    def __init__(self, library):
        self.library = library

    def __enter__(self):
        self.left, self.queues = [], []
        return self

    def __exit__(self, *_):
        for process in self.left:
            process.kill()
            process.join()
        self.queues.clear()

    def queue(self, joinable=False):
        self.queues.append(self.library.joinable_queue() if joinable else self.library.queue())
        return self.queues[-1]

    def start(self, play, queue, *arguments):
        """A process that plays, and the connection on which it reports."""
        here, there = _processes.Pipe(duplex=False)
        process = _processes.Process(target=play, args=(queue, there, *arguments), daemon=True)
        process.start()
        there.close()
        self.left.append(process)
        return process, here

    def start_and_await(self, play, queue, *arguments):
        """The same, once it has made its first report."""
        process, reports = self.start(play, queue, *arguments)
        reports.recv()
        return process, reports

    def kill(self, process):
        os.kill(process.pid, signal.SIGKILL)
        process.join()


def asleep(process):
    """Waits until every thread of the process sleeps, seen twice: then it is in the call that it announced."""
    seen = 0
    while seen < 2:
        tasks = Path(f"/proc/{process.pid}/task").glob("*/stat")
        seen = seen + 1 if all(task.read_text().rpartition(")")[2].split()[0] == "S" for task in tasks) else 0
        time.sleep(0.01)


# ------------------------------------------------------------------------------------------------- the parts


def consume_one(queue, reports):
    reports.send("about to get")
    reports.send(queue.get())


def take_and_hang(queue, reports):
    reports.send(queue.get())
    signal.pause()


def consume_and_finish(queue, reports):
    reports.send("about to get")
    while True:
        queue.get()
        queue.task_done()


def put_small(queue, reports, text):
    queue.put(text)
    reports.send("put")


def put_large(queue, reports):
    reports.send("about to put")
    for _ in range(LARGE_ITEMS):
        queue.put(bytes(LARGE_BYTES))


def consume_until(queue, reports, text):
    while queue.get() != text:
        pass
    reports.send(text)


def join(queue, reports):
    queue.join()
    reports.send("joined")


# ------------------------------------------------------------------------------------------------- the scenes


def idle_consumer_killed(cast):
    """Two consumers wait; one is killed, and an item is put for the other."""
    queue = cast.queue()
    victim, _ = cast.start_and_await(consume_one, queue)
    asleep(victim)
    survivor, reports = cast.start_and_await(consume_one, queue)
    asleep(survivor)
    cast.kill(victim)
    cast.start(put_small, queue, "item")
    return reports


def consumer_killed_with_item(cast):
    """A consumer is killed before task_done; another one is there, and somebody joins."""
    queue = cast.queue(joinable=True)
    cast.start_and_await(put_small, queue, "item")
    victim, _ = cast.start_and_await(take_and_hang, queue)
    cast.kill(victim)
    cast.start_and_await(consume_and_finish, queue)
    _, reports = cast.start(join, queue)
    return reports


def producer_killed_waiting(cast):
    """A producer is killed while it waits for room; another one puts, and a consumer takes all that comes."""
    queue = cast.queue()
    victim, _ = cast.start_and_await(put_large, queue)
    asleep(victim)
    cast.kill(victim)
    _, reports = cast.start(consume_until, queue, "item")
    cast.start(put_small, queue, "item")
    return reports


def nobody_killed(cast):
    """A consumer waits, and an item is put."""
    queue = cast.queue()
    consumer, reports = cast.start_and_await(consume_one, queue)
    asleep(consumer)
    cast.start(put_small, queue, "item")
    return reports


CONTROL = "nobody"
SCENES = {
    CONTROL: nobody_killed,
    "a consumer waiting in get": idle_consumer_killed,
    "a consumer with an unfinished item": consumer_killed_with_item,
    "a producer waiting in put": producer_killed_waiting,
}
