# SPDX-License-Identifier: Apache-2.0
"""What the ledger says when nobody works any more, over all items at once."""

import ledger as book

BATCH_MAX = 4  # items that a getter in C takes in one call, at most


def bits(state, slot, count):
    """The states of one producer's items as one large number, a byte of 0 or 1 for each."""
    start = slot * book.IDS
    return int.from_bytes(state[start:start + count], "little")


class Account:
    def __init__(self, ledger, joinable):
        self.joinable = joinable
        self.missing = self.unknown = self.invented = 0
        self.put = {}  # by producer
        for slot in range(book.SLOTS):
            count = ledger.word(slot, book.NEXT)
            started, put, delivered, finishing, finished = (
                bits(getattr(ledger, state), slot, count) for state in book.STATES)
            self.put[slot] = put.bit_count()
            settled = finishing if joinable else delivered
            self.missing += (put & ~settled).bit_count()
            self.invented += (delivered & ~started).bit_count()
            self.unknown += (finishing & ~finished).bit_count()

    def violations(self, count):
        """A plain get is finished when it has copied, so each getter that was ended may take one item with it, in C
        as many as one call takes. Of a joinable queue nothing is lost; a finish may be unknown for each worker that
        was ended before it told."""
        ended = sum(number for (what, _), number in count.items() if what in ("kills", "execs"))
        swallowed = sum(number * (BATCH_MAX if language == "c" else 1) for (what, language), number in count.items()
                        if what in ("kills", "execs"))
        if self.missing > (0 if self.joinable else swallowed):
            yield f"conservation: {self.missing} items were put and never came"
        if self.invented:
            yield f"conservation: {self.invented} items came and were never put"
        if self.unknown > ended:
            yield f"finished once: of {self.unknown} items nobody knows the finisher, and {ended} workers were killed"
