# SPDX-License-Identifier: Apache-2.0
"""Under what conditions a round was measured: which rounds were disturbed, and how near the processors were."""

from dataclasses import dataclass, fields

# Of the time of all processors in a round; and what /proc/stat does not tell apart, since it counts in ticks of 10 ms.
STOLEN_SHARE_MOST = 0.01
FOREIGN_SHARE_MOST = 0.05
GRAIN_NS = 20_000_000

# A cache line's way there and back, in nanoseconds below this, and what lies so near on the machines that were seen.
PLACES = ((110, "siblings"), (290, "near"), (560, "far"), (float("inf"), "very far"))
MOVED = "moved"

# One process does all the work there, or no two work at once.
ALONE = ("alternate", "idle", "open-close", "backlog", "go-crossing")


def place_of(line_ns):
    return next(name for limit, name in PLACES if line_ns < limit)


def place(line):
    """Where the processors were during a measurement: "" where it does not matter or is not known, MOVED if they were
    not in the same place before and after."""
    ends = [ns for ns in line.get("conditions", {}).get("line_ns", ()) if ns > 0]
    if not ends or line["placement"] == "one core" or line["section"] in ALONE:
        return ""
    before, after = place_of(ends[0]), place_of(ends[-1])
    return before if before == after else MOVED


@dataclass
class Round:
    """The sums over all measurements of one cell's round."""

    processors_ns: int = 0
    stolen_ns: int = 0
    foreign_ns: int = 0
    switches: int = 0
    preemptions: int = 0
    migrations: int = 0

    def add(self, conditions):
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + conditions.get(field.name, 0))

    def share(self, ns):
        return ns / self.processors_ns if self.processors_ns else 0

    @property
    def disturbed(self):
        return (self.share(self.stolen_ns - GRAIN_NS) > STOLEN_SHARE_MOST
                or self.share(self.foreign_ns - GRAIN_NS) > FOREIGN_SHARE_MOST)
