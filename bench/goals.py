# SPDX-License-Identifier: Apache-2.0
"""The goals, and how each is read from the results: one line a goal, judged by its worst cell."""

from dataclasses import dataclass
from typing import Callable

PLAIN = ("ipcq-plain-4096", "ipcq-plain-unbounded")
JOINABLE = ("ipcq-joinable-4096", "ipcq-joinable-unbounded")
BOOST = ("boost-mq",)
WAITING = ("pipe", "seqpacket", "posix-mq", "sysv-msg", "zeromq", "nng", "iceoryx")
WITHOUT_RECOVERY = ("rte-ring", "rte-ring-rts", "boost-spsc", "boost-lockfree", "aeron")
RTE_BURSTS = ("rte-ring-x32", "rte-ring-rts-x32")
ONE_CORE = "one core"
LARGE = (1 << 10, 64 << 10, 1 << 20)
LITTLE_BYTES = 4 << 20


@dataclass(frozen=True)
class Reached:
    value: float
    where: str


@dataclass(frozen=True)
class Goal:
    what: str
    at_least: bool
    bound: float
    read: Callable  # Results -> Reached, or None if it was not measured
    unit: str = "x"

    def met(self, reached):
        return reached.value >= self.bound if self.at_least else reached.value <= self.bound


def worst(reached, at_least):
    reached = [r for r in reached if r is not None]
    return (min if at_least else max)(reached, key=lambda r: r.value, default=None)


def _place(key):
    _, placement, cell, size, peer = key
    return f"{peer} {cell}, {placement}" + (f", {size} bytes" if size != 64 else "")


def ratio(section, ours, theirs, at_least=True, placement="free", sizes=(64,), cells=None):
    """The worst median ratio of any of ours to any of theirs in the same cell."""

    def read(results):
        found = []
        for key in results.keys(section, placement):
            if key[4] not in ours or key[3] not in sizes or (cells and key[2] not in cells):
                continue
            for peer in theirs:
                spread = results.ratio(key, (*key[:4], peer))
                found.append(spread and Reached(spread.median, f"{_place(key)}, to {peer}"))
        return worst(found, at_least)

    return read


def worst_repetition(results):
    """Of ten, against the median, in whichever cell it is worst."""
    return worst((Reached(results.of(key).low / results.of(key).median, _place(key))
                  for key in results.keys("throughput", "free") if key[4] in PLAIN), True)


def collapse(results):
    found = []
    for key in results.keys("collapse", "free", "32:32"):
        spread = results.ratio(key, (*key[:2], "1:1", *key[3:])) if key[4] in PLAIN else None
        found.append(spread and Reached(spread.median, f"{key[4]}, 32:32 to 1:1"))
    return worst(found, True)


def tail(results):
    """The 99.9th percentile of the sleeping round trip against its median."""
    found = []
    for key in results.keys("sleeping", "free"):
        if key[4].startswith("ipcq-"):
            at = results.histogram(key).get_value_at_percentile
            found.append(Reached(at(99.9) / at(50), key[4]))
    return worst(found, False)


def field(section, name, at_least=False, scale=1.0):
    """A number that a line tells besides its value; of its rounds the median."""

    def read(results):
        values = sorted(line[name] for line in results.lines if line["section"] == section and name in line
                        and line["peer"].startswith("ipcq"))
        return Reached(values[len(values) // 2] * scale, f"{len(values)} rounds") if values else None

    return read


GOALS = [
    Goal("throughput, plain: to Boost's", True, 4, ratio("throughput", PLAIN, BOOST)),
    Goal("throughput, plain: to every other queue that waits", True, 4, ratio("throughput", PLAIN, WAITING)),
    Goal("throughput, plain: to structures without recovery", True, 1.2, ratio("throughput", PLAIN, WITHOUT_RECOVERY)),
    Goal("throughput, joinable with task_done: to Boost's", True, 3, ratio("throughput", JOINABLE, BOOST)),
    Goal("one core, plain: to Boost's", True, 2, ratio("throughput", PLAIN, BOOST, placement=ONE_CORE)),
    Goal("one core, joinable: to Boost's", True, 1.5, ratio("throughput", JOINABLE, BOOST, placement=ONE_CORE)),
    Goal("batches of 32, plain: to rte_ring's bursts", True, 1,
         ratio("batches", tuple(f"{name}-x32" for name in PLAIN), RTE_BURSTS)),
    Goal("worst repetition of ten: to the median", True, 0.5, worst_repetition),
    Goal("collapse: 32:32 to 1:1", True, 0.6, collapse),
    Goal("round trip, sleeping: to two bare sem_t", False, 1.2,
         ratio("sleeping", (*PLAIN, *JOINABLE), ("two-semaphores",), at_least=False)),
    Goal("round trip, sleeping: 99.9th percentile to the median", False, 3, tail),
    Goal("round trip, both busy: to the bare ring", False, 1.5,
         ratio("round-trip", PLAIN, ("bare-ring",), at_least=False)),
    Goal("one process alone, put and get in turn: to Boost's", False, 1,
         ratio("alternate", PLAIN, BOOST, at_least=False)),
    Goal("1 KiB, 64 KiB, 1 MiB: to a two-copy pipeline", True, 0.8,
         ratio("size", ("ipcq-plain-4096",), ("two-copy-pipeline",), sizes=LARGE)),
    Goal("1 MiB in place: to the copying calls", True, 1.5,
         ratio("in-place", ("ipcq-in-place",), ("ipcq-copied",), sizes=(1 << 20,))),
    Goal("backlog of 10 M items: put to its steady cost", False, 2, field("backlog", "put_ratio")),
    Goal("backlog of 10 M items: get to its steady cost (unchanged: within a quarter)", False, 1.25,
         field("backlog", "get_ratio")),
    Goal("backlog of 10 M items: bytes an item", False, 100, field("backlog", "bytes_an_item"), "bytes"),
    Goal("backlog drained: memory that stays", False, 4, field("backlog", "bytes_left", scale=1 / (1 << 20)), "MiB"),
    Goal("open and close of an existing queue", False, 100, field("open-close", "value", scale=1e-3), "us"),
    Goal("100 idle waiting consumers: of one processor", False, 1, field("idle", "value"), "%"),
    Goal("Python, small values: to multiprocessing.Queue", True, 10,
         ratio("python", ("ipcq",), ("multiprocessing.Queue",), sizes=(0,))),
    Goal("Python, small values: to faster-fifo", True, 5, ratio("python", ("ipcq",), ("faster-fifo",), sizes=(0,))),
    Goal("Python, batches: to faster-fifo's", True, 5,
         ratio("python", ("ipcq-many",), ("faster-fifo-many",), sizes=(0,))),
    Goal("Ruby, small values: to IO.pipe with Marshal", True, 3, ratio("ruby", ("ipcq",), ("IO.pipe",), sizes=(0,))),
    Goal("Go, small values: to os.Pipe with gob", True, 5, ratio("go", ("ipcq",), ("os.Pipe",), sizes=(0,))),
    Goal("Go, put and get in turn: to the cgo crossings alone", False, 1.5,
         ratio("go-crossing", ("ipcq",), ("cgo",), at_least=False, sizes=(0,))),
]
