# SPDX-License-Identifier: Apache-2.0
"""What is done to the workers, and how often. The dice decide it all, so a seed repeats it."""

import time

import ledger as book
from crew import CANNOT_FORK

PAUSE_MS = (0.5, 4.5)
# Interpreters start slowly, so others take most of the blows; a forked interpreter is there at once.
LANGUAGE_WEIGHTS = {"c": 8, "go": 3, "ruby": 2, "python": 2}
BLOWS = {"kill": 8, "stop": 4, "closefrom": 2, "fork": 3, "exec": 1, "fork and die": 1}
SLOW_TO_START = {"ruby", "python"}


class Storm:
    def __init__(self, crew, rng, blows):
        self.crew, self.rng = crew, rng
        self.blows = [blow for blow in BLOWS if blow.split()[0] in blows]

    def blow(self):
        """One disturbance, and the pause before it."""
        time.sleep(self.rng.uniform(*PAUSE_MS) / 1000)
        language = self._choose(LANGUAGE_WEIGHTS, {self.crew.language[slot] for slot in self.crew.pids})
        slots = self.crew.alive(language)
        chosen, slot = self._choose(BLOWS, self.blows), self.rng.choice(sorted(slots)) if slots else None
        if slot is None:
            return
        self.strike(chosen, slot)

    def strike(self, blow, slot):
        crew, slow = self.crew, self.crew.language[slot] in SLOW_TO_START
        spare = slow and slot in crew.roots and self.rng.random() < 0.8
        if blow == "stop":
            if slot not in crew.stopped:
                crew.stop(slot, self.rng.choice((0.0002, 0.002, 0.01, 0.03) * 4 + (0.2,)))
        elif blow == "closefrom":
            crew.close_descriptors(slot)
        elif "fork" in blow:
            if crew.language[slot] not in CANNOT_FORK:
                crew.ask(slot % book.ROOTS, book.FORK)
                if blow == "fork and die" and not spare and slot in crew.roots:
                    time.sleep(self.rng.uniform(0, 0.003))
                    crew.kill(slot)
        elif spare:
            if slow and crew.language[slot] not in CANNOT_FORK:
                crew.ask(slot, book.FORK)
        elif blow == "exec":
            crew.ask(slot, book.EXEC)
        else:
            crew.kill(slot)

    def _choose(self, weights, among):
        present = sorted(among, key=list(weights).index)
        return self.rng.choices(present, [weights[name] for name in present])[0] if present else None
