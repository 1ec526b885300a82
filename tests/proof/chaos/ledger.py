# SPDX-License-Identifier: Apache-2.0
"""The account outside the queue, as README.md lays it out: a mapped file that every language writes.

Each entry is one store of one byte or of one aligned word, made by one writer, into pages that belong to the kernel. A
writer that is killed at any instruction has stored it or has not, and what it stored stays.
"""

import mmap
import os

SLOTS = 32          # workers that may live at once
ROOTS = SLOTS // 2  # a worker that was forked off has the slot ROOTS above that of its parent
IDS = 1 << 20       # items of one slot
WORDS = 8           # of one slot
STATES = ("started", "put", "delivered", "finishing", "finished")
_ARRAYS_AT = 4096
BYTES = _ARRAYS_AT + len(STATES) * SLOTS * IDS

# The words of a slot. `request` and `pid` have two writers, which take turns.
NEXT, DONE, VIOLATIONS, PID, INSIDE, REQUEST, CLOSEFROMS, EXECS = range(WORDS)
FORKING = 1               # in PID: the parent is about to fork, the child has not told its pid yet
FORK, EXEC = 1, 2         # in REQUEST
PUT, GET, DONE_CALL, NACK, JOIN = range(1, 6)  # in INSIDE: the call that the worker is in; 0: none


class Ledger:
    def __init__(self, path, create=False):
        self.path = path
        descriptor = os.open(path, os.O_RDWR | (os.O_CREAT | os.O_EXCL if create else 0), 0o600)
        if create:
            os.ftruncate(descriptor, BYTES)
        self._map = mmap.mmap(descriptor, BYTES)
        os.close(descriptor)
        self._words = memoryview(self._map)[:_ARRAYS_AT].cast("Q")
        for number, state in enumerate(STATES):
            start = _ARRAYS_AT + number * SLOTS * IDS
            setattr(self, state, memoryview(self._map)[start:start + SLOTS * IDS])

    @property
    def stop(self):
        return self._words[0] != 0

    def stop_producers(self):
        self._words[0] = 1

    def word(self, slot, which):
        return self._words[WORDS * (1 + slot) + which]

    def set_word(self, slot, which, value):
        self._words[WORDS * (1 + slot) + which] = value

    def add(self, slot, which):
        self.set_word(slot, which, self.word(slot, which) + 1)

    def sum(self, which):
        return sum(self.word(slot, which) for slot in range(SLOTS))
