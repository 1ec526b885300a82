# SPDX-License-Identifier: Apache-2.0
"""One round: a queue, a ledger, a crew, a storm; then calm, and the account."""

import os
import random
import time
from collections import Counter

import ledger as book
from account import Account
from crew import Crew
from ledger import Ledger
from observed_queue import ObservedQueue, QueueError
from storm import Storm

STALL_SECONDS = 20  # no progress for so long, though somebody could work, is a violation,
STALL_TURNS = 1000  # if the driver itself had so many turns meanwhile: a busy machine is no stall
FOREIGN_BYTES = b"\xa5" * 65536

VARIANTS = {
    "joinable": {"joinable": True, "capacity_bytes": 8 << 20},
    "joinable-50": {"joinable": True, "max_items": 50, "max_participants": 24},
    "plain": {"capacity_bytes": 128 << 10},
    "joinable-128k": {"joinable": True, "capacity_bytes": 128 << 10},
}


class Stalled(Exception):
    pass


class Round:
    def __init__(self, variant, seconds, seed, languages, blows):
        self.variant, self.seconds, self.languages, self.blows = variant, seconds, languages, blows
        self.rng = random.Random(f"{variant} {seed}")
        self.joinable = VARIANTS[variant].get("joinable", False)
        self.violations, self.count = [], Counter()
        self.progress, self.changed, self.turns = None, 0.0, 0

    def run(self):
        name = f"proof-chaos-{os.getpid()}"
        path = f"/dev/shm/{name}.ledger"
        try:
            self.ledger = Ledger(path, create=True)
            with open(path + ".foreign", "wb") as foreign:
                foreign.write(FOREIGN_BYTES)
            with ObservedQueue(name, **VARIANTS[self.variant]) as self.queue:
                with Crew(self.languages, name, self.ledger, self.rng) as self.crew:
                    self._weather()
                    self.count["recovered", ""] = self.queue.stats()["recovered"]
                self._look_at_foreign_file(path + ".foreign")
            self._take_count(Account(self.ledger, self.joinable))
        finally:
            for file in (path, path + ".foreign"):
                if os.path.exists(file):
                    os.unlink(file)

    def summary(self):
        return ", ".join(f"{self.count_of(what)} {what}" for what in
                         ("kills", "stops", "forks", "execs", "closefroms", "put", "taken", "recovered", "missing",
                          "unknown")) + f", violations {len(self.violations)}"

    def count_of(self, what):
        return sum(number for (name, _), number in self.count.items() if name == what)

    # ------------------------------------------------------------------------------------------- storm and calm

    def _weather(self):
        storm = Storm(self.crew, self.rng, self.blows)
        end = time.monotonic() + self.seconds
        try:
            while time.monotonic() < end and not self._seen_wrong():
                storm.blow()
                self._watch()
            if not self._seen_wrong():
                self._calm()
        except Stalled as stall:
            self.violations.append(f"progress: {stall}")
        except QueueError as error:
            self.violations.append(f"queue: {error}")
        if self._seen_wrong():
            self._dump()

    def _calm(self):
        """Nobody is hurt any more: all that was put is finished, join ends, everybody goes home."""
        self.crew.continue_all()
        self.ledger.stop_producers()
        self._until("producers end", lambda: not self.crew.missing and all(slot % 2 for slot in self.crew.pids))
        if self.joinable:
            self._until("join ends", lambda: self.queue.joined(0.05))
        self._until("shutdown", self.queue.shut_down)
        self._until("consumers end", lambda: not self.crew.pids)
        stats = self.queue.stats()
        if stats["items"] or stats["taken"]:
            self.violations.append(f"conservation: {stats['items']} items and {stats['taken']} taken are left")

    def _until(self, what, condition):
        while not condition():
            self._watch(what)
            if self._seen_wrong():
                return
            time.sleep(0.002)

    def _watch(self, what="chaos"):
        self.crew.tend()
        progress = (self.ledger.sum(book.DONE), len(self.crew.pids))
        if what == "chaos":
            progress = progress[0]
        self.turns += 1
        if progress != self.progress:
            self.progress, self.changed, self.turns = progress, time.monotonic(), 0
        elif self.turns > STALL_TURNS and time.monotonic() - self.changed > STALL_SECONDS:
            raise Stalled(f"{what}: nothing was finished for {STALL_SECONDS} s")

    def _seen_wrong(self):
        """Those who printed a violation counted it, too; those who ended by themselves did not even say why."""
        told = self.ledger.sum(book.VIOLATIONS)
        wrong = [(slot, code) for slot, code in self.crew.ended if code != 0 or not self.ledger.stop]
        self.crew.ended = []
        if told:
            self.violations.append(f"{told} told by workers, above")
            for slot in range(book.SLOTS):
                self.ledger.set_word(slot, book.VIOLATIONS, 0)
        elif wrong:
            self.violations += [f"end: a {self.crew.language[slot]} worker ended with {code}" for slot, code in wrong]
        return bool(self.violations)

    # ------------------------------------------------------------------------------------------- account

    def _take_count(self, account):
        if not self.violations:
            self.violations += account.violations(self.crew.count)
        self.count += self.crew.count
        self.count["unknown", ""], self.count["missing", ""] = account.unknown, account.missing
        for slot, language in self.crew.language.items():
            self.count["closefroms", language] += self.ledger.word(slot, book.CLOSEFROMS)
            self.count["execs", language] += self.ledger.word(slot, book.EXECS)
            self.count["put", language] += account.put[slot]
            self.count["taken", language] += self.ledger.word(slot, book.DONE)

    def _look_at_foreign_file(self, path):
        with open(path, "rb") as foreign:
            if foreign.read() != FOREIGN_BYTES:
                self.violations.append("closefrom: the library wrote into a file that is not the queue")

    def _dump(self):
        try:
            print("the queue:", self.queue.stats())
        except QueueError as error:
            print("the queue:", error)
            return
        for participant in self.queue.participants():
            print("participant:", participant)
        for slot, pid in sorted(self.crew.pids.items()):
            inside, done = self.ledger.word(slot, book.INSIDE), self.ledger.word(slot, book.DONE)
            stopped = ", stopped" if slot in self.crew.stopped else ""
            print(f"worker {slot} ({self.crew.language[slot]}, pid {pid}): inside {inside}, done {done}{stopped}")
