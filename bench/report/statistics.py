# SPDX-License-Identifier: Apache-2.0
"""How sure a figure is: an interval by the bootstrap over rounds, and the verdict that it allows."""

import math
import random
import statistics
from dataclasses import dataclass

LEVEL = 0.99  # of an interval: a goal is judged by up to 200 of them
RESAMPLES = 1000
ROUNDS_LEAST = 5  # of fewer no interval is made
ROUNDS_MOST = 1000  # that a run is told to make

MET, MISSED, UNDECIDED = "met", "missed", "undecided"


def bootstrap(samples, statistic=statistics.median, resamples=RESAMPLES):
    """The percentile interval: of as many samples, drawn with replacement, again and again. The same for the same."""
    if min(samples) == max(samples):
        return statistic(samples), statistic(samples)
    chance = random.Random(1)
    found = sorted(statistic(chance.choices(samples, k=len(samples))) for _ in range(resamples))
    outside = (1 - LEVEL) / 2
    return found[math.floor(outside * (resamples - 1))], found[math.ceil((1 - outside) * (resamples - 1))]


@dataclass(frozen=True)
class Estimate:
    """A figure of one cell in one placement, from `rounds` samples; without an interval if they are too few."""

    value: float
    low: float
    high: float
    rounds: int
    where: str = ""
    place: str = ""
    ours: tuple = ()  # the keys in Results that it was read from
    theirs: tuple = ()

    @classmethod
    def of(cls, samples, statistic=statistics.median, resamples=RESAMPLES, **more):
        low, high = -math.inf, math.inf
        if not samples:
            return cls(math.nan, low, high, 0, **more)
        if len(samples) >= ROUNDS_LEAST:
            low, high = bootstrap(samples, statistic, resamples)
        return cls(statistic(samples), low, high, len(samples), **more)

    @property
    def sure(self):
        return self.rounds >= ROUNDS_LEAST

    def verdict(self, bound, at_least):
        """The bound itself is met."""
        if not self.sure:
            return UNDECIDED
        if self.low >= bound if at_least else self.high <= bound:
            return MET
        if self.high < bound if at_least else self.low > bound:
            return MISSED
        return UNDECIDED

    def rounds_needed(self, bound):
        """About as many would decide, since an interval shrinks by the root of their number; None: too many."""
        if not self.sure:
            return ROUNDS_LEAST
        distance = abs(self.value - bound)
        half = self.value - self.low if self.value > bound else self.high - self.value
        if distance * math.sqrt(ROUNDS_MOST) < half * math.sqrt(self.rounds):
            return None
        return max(self.rounds + 1, math.ceil(self.rounds * (half / distance) ** 2))


def percentile(histograms, share):
    """Of the durations of several rounds together, each a list of [ns, count]."""
    counts = {}
    for histogram in histograms:
        for nanoseconds, count in histogram:
            counts[nanoseconds] = counts.get(nanoseconds, 0) + count
    left = math.ceil(share * sum(counts.values()))
    for nanoseconds in sorted(counts):
        left -= counts[nanoseconds]
        if left <= 0:
            return nanoseconds
    raise ValueError("no durations")
