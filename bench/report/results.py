# SPDX-License-Identifier: Apache-2.0
"""What was measured, and the one way in which two measurements are compared: within the same round."""

import statistics
from collections import defaultdict
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """A median and what lies around it."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values):
        return cls(statistics.median(values), min(values), max(values))


class Results:
    """Measurements as the workers' lines tell them, each a dict with section, peer, cell, bytes, placement, round."""

    def __init__(self):
        self.lines = []
        self.left_out = {}
        self._values = defaultdict(dict)

    def add(self, line):
        self.lines.append(line)
        if "value" in line:
            self._values[self.key(line)][line["round"]] = line["value"]

    @staticmethod
    def key(line):
        return line["section"], line["placement"], line["cell"], line["bytes"], line["peer"]

    def keys(self, section, placement=None, cell=None, size=None, peer=None):
        wanted = (section, placement, cell, size, peer)
        return [key for key in self._values if all(w in (None, k) for w, k in zip(wanted, key))]

    def values(self, key):
        return list(self._values[key].values())

    def of(self, key):
        return Spread.of(self.values(key))

    def ratio(self, ours, theirs):
        """How many times theirs ours is, round by round."""
        mine, other = self._values.get(ours, {}), self._values.get(theirs, {})
        ratios = [mine[r] / other[r] for r in mine if other.get(r)]
        return Spread.of(ratios) if ratios else None

    def histogram(self, key):
        """All rounds' durations of a peer, in one HdrHistogram."""
        from hdrh.histogram import HdrHistogram

        histogram = HdrHistogram(1, 10_000_000_000, 3)
        for line in self.lines:
            if self.key(line) == key:
                for nanoseconds, count in line.get("histogram", ()):
                    histogram.record_value(max(1, nanoseconds), count)
        return histogram

    def failures(self):
        """(section, cell, peer): reason, without those that do not fit by their nature."""
        return {(line["section"], line["cell"], line["peer"]): line["failed"]
                for line in self.lines if "failed" in line and not line.get("unfit")}
