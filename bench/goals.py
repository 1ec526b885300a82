# SPDX-License-Identifier: Apache-2.0
"""The goals, and how each is read from the results: one line a goal. Every cell and placement must meet it."""

import math
import statistics
from dataclasses import dataclass
from typing import Callable

from report.statistics import MET, MISSED, UNDECIDED, Estimate, percentile
from sections import STEPS

PLAIN = ("ipcq-plain-4096", "ipcq-plain-unbounded")
JOINABLE = ("ipcq-joinable-4096", "ipcq-joinable-unbounded")
BOOST = ("boost-mq",)
WAITING = ("pipe", "seqpacket", "posix-mq", "sysv-msg", "zeromq", "nng", "iceoryx")
WITHOUT_RECOVERY = ("rte-ring", "rte-ring-rts", "boost-spsc", "boost-lockfree", "aeron")
PLAIN_BURSTS = tuple(f"{name}-x32" for name in PLAIN)
RTE_BURSTS = ("rte-ring-x32", "rte-ring-rts-x32")
SEMAPHORES = ("two-semaphores",)
ONE_CORE = "one core"
LARGE = (1 << 10, 64 << 10, 1 << 20)
TAIL = 0.999
TAIL_RESAMPLES = 200  # each sorts all round trips
TEN = 10


@dataclass(frozen=True)
class Goal:
    what: str
    at_least: bool
    bound: float
    read: Callable  # Results -> Estimates, one a cell and placement; none if it was not measured
    unit: str = "x"
    limit: object = ""  # a peer, that stands for what the machine itself allows; a figure; or Results -> a figure

    def judge(self, results):
        return Judgement(self, self.read(results))


class Judgement:
    """What became of a goal: a verdict for each placement, and the cell that decides it."""

    def __init__(self, goal, estimates):
        self.goal = goal
        # A few rounds in one placement say nothing if there are enough in another.
        sure = {(e.where, e.ours) for e in estimates if e.sure}
        self.estimates = [e for e in estimates if e.sure or (e.where, e.ours) not in sure]
        self.verdict, self.worst = self._of(self.estimates)

    @property
    def places(self):
        """Placement, verdict, worst cell."""
        return [(place, *self._of([e for e in self.estimates if e.place == place]))
                for place in sorted({e.place for e in self.estimates})]

    @property
    def undecided(self):
        return [e for e in self.estimates if self._verdict(e) == UNDECIDED]

    @property
    def rounds_needed(self):
        """Of the cell that wants the most; None: too many. 0 if nothing is undecided."""
        needed = [e.rounds_needed(self.goal.bound) for e in self.undecided]
        return None if None in needed else max(needed, default=0)

    def limit(self, results, estimate):
        """What the machine allows in this cell, in the goal's unit; None if nothing says it."""
        limit = self.goal.limit
        if isinstance(limit, str):
            return _limit_peer(results, limit, estimate) if limit else None
        return limit(results) if callable(limit) else limit

    def _verdict(self, estimate):
        return estimate.verdict(self.goal.bound, self.goal.at_least)

    def _of(self, estimates):
        """A missed cell decides, then an undecided one; of several the worst."""
        for verdict in (MISSED, UNDECIDED, MET):
            those = [e for e in estimates if self._verdict(e) == verdict]
            if those:
                return verdict, (min if self.goal.at_least else max)(those, key=self._rank)
        return None, None

    def _rank(self, estimate):
        """A cell without any undisturbed round is named last."""
        return estimate.value if estimate.rounds else math.inf if self.goal.at_least else -math.inf


def _limit_peer(results, peer, estimate):
    """How the peer compares with what the worst cell was compared with, in the same placement."""
    if not estimate.theirs or estimate.theirs[4] == peer:
        return 1.0 if estimate.theirs else None
    for cell in (estimate.ours[2], "1:1"):  # most limits are of two processes
        for found in results.ratios((*estimate.ours[:2], cell, estimate.ours[3], peer), estimate.theirs):
            if found.rounds and found.place == estimate.place:
                return found.value
    return None


def _where(key):
    _, placement, cell, size, peer = key
    return f"{peer} {cell}, {placement}" + (f", {size} bytes" if size not in (0, 64) else "")


def ratio(section, ours, theirs, placement="free", sizes=(64,), cells=None):
    """Any of ours to any of theirs in the same cell."""

    def read(results):
        found = []
        for key in results.keys(section, placement):
            if key[4] in ours and key[3] in sizes and (not cells or key[2] in cells):
                for peer in theirs:
                    found += results.ratios(key, (*key[:4], peer), where=f"{_where(key)}, to {peer}")
        return found

    return read


def one_in_ten(results):
    """What one repetition in ten falls below, against the median, in whichever cell it is worst."""

    def share(values):
        return sorted(values)[(len(values) - 1) // TEN] / statistics.median(values)

    return [Estimate.of([line["value"] for line in lines], share, where=_where(key), place=place, ours=key)
            for key in results.keys("throughput", "free") if key[4] in PLAIN
            for place, lines in results.by_place(key).items() if len(lines) >= TEN]


def collapse(results):
    return [estimate for key in results.keys("collapse", "free", "32:32") if key[4] in PLAIN
            for estimate in results.ratios(key, (*key[:2], "1:1", *key[3:]), where=f"{key[4]}, 32:32 to 1:1")]


def tail(results):
    """The 99.9th percentile of the sleeping round trips of all rounds, to that of two bare semaphores."""

    def ratio_of_tails(pairs):
        return percentile([ours for ours, _ in pairs], TAIL) / percentile([theirs for _, theirs in pairs], TAIL)

    found = []
    for key in results.keys("sleeping", "free"):
        if key[4].startswith("ipcq-"):
            theirs = (*key[:4], SEMAPHORES[0])
            for place, pairs in results.pairs(key, theirs).items():
                histograms = [(ours["histogram"], other["histogram"]) for ours, other in pairs]
                found.append(Estimate.of(histograms, ratio_of_tails, TAIL_RESAMPLES, where=key[4], place=place,
                                         ours=key, theirs=theirs))
    return found


def steps(results):
    """What a byte costs at each size, to what it costs at the next smaller one, in the same round."""

    def ns_a_byte(line):
        return 1e3 / line["value"] / line["bytes"]

    found = []
    for smaller, larger in zip(STEPS, STEPS[1:]):
        keys = [("steps", "free", "1:1", size, PLAIN[0]) for size in (larger, smaller)]
        found += results.ratios(*keys, of=ns_a_byte, where=f"{PLAIN[0]}, from {smaller} to {larger} bytes")
    return found


def pipeline_steps(results):
    """The worst step of the two-copy pipeline: of the machine's own caches."""
    found = []
    for smaller, larger in zip(STEPS, STEPS[1:]):
        keys = [("steps", "free", "1:1", size, "two-copy-pipeline") for size in (larger, smaller)]
        found += results.ratios(*keys, of=lambda line: 1e3 / line["value"] / line["bytes"])
    return max((e.value for e in found if e.sure), default=None)


def field(section, name, scale=1.0, to=""):
    """A figure that a line tells, or its ratio to another figure of the line."""

    def read(results):
        found = []
        for key in results.keys(section, "free"):
            if key[4].startswith("ipcq"):
                if not results.undisturbed(key):
                    found.append(Estimate.of([], where=_where(key), ours=key))
                values = [line[name] * scale / (line[to] if to else 1) for line in results.undisturbed(key).values()
                          if name in line and (not to or line.get(to))]
                if values:
                    found.append(Estimate.of(values, where=_where(key), ours=key))
        return found

    return read


def median_of(section, name, scale=1.0):
    """A limit that our own line tells."""

    def read(results):
        return next((estimate.value for estimate in field(section, name, scale)(results)), None)

    return read


GOALS = [
    Goal("throughput, plain: to Boost's", True, 4, ratio("throughput", PLAIN, BOOST), limit="two-copy-pipeline"),
    Goal("throughput, plain: to every other queue that waits", True, 4, ratio("throughput", PLAIN, WAITING),
         limit="two-copy-pipeline"),
    Goal("throughput, plain: to structures without recovery", True, 1.2, ratio("throughput", PLAIN, WITHOUT_RECOVERY),
         limit="two-copy-pipeline"),
    Goal("throughput, joinable with task_done: to Boost's", True, 3, ratio("throughput", JOINABLE, BOOST),
         limit="two-copy-pipeline"),
    Goal("one core, plain: to Boost's", True, 2, ratio("throughput", PLAIN, BOOST, placement=ONE_CORE),
         limit="bare-ring"),
    Goal("one core, joinable: to Boost's", True, 1, ratio("throughput", JOINABLE, BOOST, placement=ONE_CORE),
         limit="bare-ring"),
    Goal("batches of 32, plain: to rte_ring's bursts, several to several", True, 1,
         ratio("batches", PLAIN_BURSTS, RTE_BURSTS, cells=("2:2", "4:4")), limit="two-copy-pipeline"),
    Goal("batches of 32, plain: to rte_ring's bursts in its mode for many, 1:1", True, 1,
         ratio("batches", PLAIN_BURSTS, ("rte-ring-many-x32",)), limit="two-copy-pipeline"),
    Goal("one repetition in ten: to the median", True, 0.5, one_in_ten),
    Goal("collapse: 32:32 to 1:1", True, 0.6, collapse),
    Goal("round trip, sleeping: to two bare sem_t", False, 1.2, ratio("sleeping", (*PLAIN, *JOINABLE), SEMAPHORES),
         limit="two-semaphores"),
    Goal("round trip, sleeping: 99.9th percentile to that of two bare sem_t", False, 1.2, tail,
         limit="two-semaphores"),
    Goal("round trip, both busy: to the bare ring", False, 1.5, ratio("round-trip", PLAIN, ("bare-ring",)),
         limit="bare-ring"),
    Goal("one process alone, put and get in turn: to Boost's", False, 1, ratio("alternate", PLAIN, BOOST),
         limit="bare-ring"),
    Goal("1 KiB, 64 KiB, 1 MiB: to a two-copy pipeline", True, 0.8,
         ratio("size", PLAIN[:1], ("two-copy-pipeline",), sizes=LARGE), limit="two-copy-pipeline"),
    Goal("200 to 4,200 bytes, ns a byte: to the next smaller size", False, 1.1, steps, limit=pipeline_steps),
    Goal("1 MiB in place: to the copying calls", True, 1.5,
         ratio("in-place", ("ipcq-in-place",), ("ipcq-copied",), sizes=(1 << 20,))),
    Goal("backlog of 10 M items: put, to a steady put and as many new pages", False, 1.2,
         field("backlog", "value", to="limit"), limit=1),
    Goal("backlog of 10 M items: get to its steady cost (unchanged: within a quarter)", False, 1.25,
         field("backlog", "get_ratio")),
    Goal("backlog of 10 M items: bytes an item", False, 100, field("backlog", "bytes_an_item"), "bytes", limit=64),
    Goal("backlog drained: memory that stays", False, 4, field("backlog", "bytes_left", scale=1 / (1 << 20)), "MiB",
         limit=0),
    Goal("open and close of an existing queue", False, 100, field("open-close", "value", scale=1e-3), "us",
         limit=median_of("open-close", "limit", scale=1e-3)),
    Goal("100 idle consumers: to 100 bare sleepers that wake as often", False, 1.2,
         field("idle", "value", to="limit"), limit=1),
    Goal("Python, small values: to multiprocessing.Queue", True, 10,
         ratio("python", ("ipcq",), ("multiprocessing.Queue",), sizes=(0,))),
    Goal("Python, small values: to faster-fifo", True, 5, ratio("python", ("ipcq",), ("faster-fifo",), sizes=(0,))),
    Goal("Python, batches: to faster-fifo's", True, 5,
         ratio("python", ("ipcq-many",), ("faster-fifo-many",), sizes=(0,))),
    Goal("Ruby, small values: to IO.pipe with Marshal", True, 3, ratio("ruby", ("ipcq",), ("IO.pipe",), sizes=(0,))),
    Goal("Go, small values: to os.Pipe with gob", True, 5, ratio("go", ("ipcq",), ("os.Pipe",), sizes=(0,))),
    Goal("Go, put and get in turn: to the cgo crossings alone", False, 1.5,
         ratio("go-crossing", ("ipcq",), ("cgo",), sizes=(0,)), limit="cgo"),
]
