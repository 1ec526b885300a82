# SPDX-License-Identifier: Apache-2.0
"""What was measured, and the one way in which two measurements are compared: within the same round and placement."""

import dataclasses
import statistics
from collections import defaultdict

from .conditions import MOVED, Round, place
from .statistics import Estimate


@dataclasses.dataclass(frozen=True)
class Spread:
    """A median and what lies around it."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values):
        return cls(statistics.median(values), min(values), max(values))


class Results:
    """Measurements as the workers' lines tell them, each a dict with section, peer, cell, bytes, placement, round.

    A disturbed round is kept in `lines` and `rounds`, and left out of everything else.
    """

    def __init__(self):
        self.lines = []
        self.left_out = {}
        self.rounds = defaultdict(Round)  # (section, placement, cell, bytes, number)
        self._lines = defaultdict(dict)  # key: number: line
        self._ratios = {}  # of values, until another line comes: an interval takes its time

    def add(self, line):
        self.lines.append(line)
        self._ratios.clear()
        key = self.key(line)
        self.rounds[(*key[:4], line["round"])].add(line.get("conditions", {}))
        if "value" in line:
            self._lines[key][line["round"]] = line

    @staticmethod
    def key(line):
        return line["section"], line["placement"], line["cell"], line["bytes"], line["peer"]

    def keys(self, section, placement=None, cell=None, size=None, peer=None):
        wanted = (section, placement, cell, size, peer)
        return [key for key in self._lines if all(w in (None, k) for w, k in zip(wanted, key))]

    def undisturbed(self, key):
        """Number of the round: line."""
        return {number: line for number, line in self._lines.get(key, {}).items()
                if not self.rounds[(*key[:4], number)].disturbed}

    def of(self, key):
        """Of the undisturbed rounds; of all, if there is no other."""
        lines = self.undisturbed(key) or self._lines[key]
        return Spread.of([line["value"] for line in lines.values()])

    def pairs(self, ours, theirs):
        """Placement: the pairs of lines that were measured in one round, both there all the while."""
        found, others = defaultdict(list), self.undisturbed(theirs)
        for number, line in self.undisturbed(ours).items():
            other = others.get(number)
            if other and place(line) == place(other) != MOVED:
                found[place(line)].append((line, other))
        return found

    def ratios(self, ours, theirs, of=None, where=""):
        """An Estimate for each placement that occurred: how many times theirs ours is, round by round. One of no rounds
        if all were disturbed."""
        if of is not None:
            return self._estimates(ours, theirs, of, where)
        if (ours, theirs) not in self._ratios:
            self._ratios[ours, theirs] = self._estimates(ours, theirs, lambda line: line["value"], "")
        return [dataclasses.replace(estimate, where=where) for estimate in self._ratios[ours, theirs]]

    def _estimates(self, ours, theirs, of, where):
        found = []
        for where_processors_were, pairs in self.pairs(ours, theirs).items():
            ratios = [of(line) / of(other) for line, other in pairs if of(other)]
            if ratios:
                found.append(Estimate.of(ratios, where=where, place=where_processors_were, ours=ours, theirs=theirs))
        if not found and self._lines.get(ours) and self._lines.get(theirs):
            found.append(Estimate.of([], where=where, ours=ours, theirs=theirs))
        return sorted(found, key=lambda estimate: -estimate.rounds)

    def by_place(self, key):
        """The undisturbed lines of a cell by placement."""
        found = defaultdict(list)
        for line in self.undisturbed(key).values():
            found[place(line)].append(line)
        found.pop(MOVED, None)
        return found

    def histogram(self, key):
        """All undisturbed rounds' durations of a peer, in one HdrHistogram."""
        from hdrh.histogram import HdrHistogram

        histogram = HdrHistogram(1, 10_000_000_000, 3)
        for line in (self.undisturbed(key) or self._lines[key]).values():
            for nanoseconds, count in line.get("histogram", ()):
                histogram.record_value(max(1, nanoseconds), count)
        return histogram

    def failures(self):
        """(section, cell, peer): reason, without those that do not fit by their nature."""
        return {(line["section"], line["cell"], line["peer"]): line["failed"]
                for line in self.lines if "failed" in line and not line.get("unfit")}
