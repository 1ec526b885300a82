#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One example with its roles in different languages: one puts, the others take.

usage: run_mixture.py EXAMPLE PUTTER
"""

import sys

from named_queue import NamedQueue
from programs import LANGUAGES, Troupe


def three_takers(troupe, queue, putter, takers):
    troupe.run(putter, "three_takers", "put", queue.name, "30000")
    troupe.finish(*[troupe.start(taker, "three_takers", "take", queue.name, "10000") for taker in takers])


def producer_consumer(troupe, queue, putter, takers):
    for taker in takers:
        waiting = troupe.start(taker, "producer_consumer", "get", queue.name)
        troupe.run(putter, "producer_consumer", "put", queue.name)
        troupe.finish(waiting)


def put_first(example):
    """For getters that do not wait, or find all there is: everything is put before they are started."""

    def mixture(troupe, queue, putter, takers):
        for taker in takers:
            troupe.run(putter, example, "put", queue.name)
            troupe.run(taker, example, "get", queue.name)

    return mixture


def sentinels(troupe, queue, putter, takers):
    consumers = [troupe.start(taker, "sentinels", "consume", queue.name, taker) for taker in takers]
    troupe.finish(*[troupe.start(putter, "sentinels", "produce", queue.name, f"{putter}-{i}") for i in range(3)])
    troupe.run(putter, "sentinels", "end", queue.name, len(consumers))
    troupe.finish(*consumers)
    queue.must_be_empty()
    # The better end: one shutdown, however many consumers there are.
    consumers = [troupe.start(taker, "sentinels", "consume", queue.name, taker) for taker in takers]
    troupe.run(putter, "sentinels", "produce", queue.name, putter)
    troupe.run(takers[0], "sentinels", "shutdown", queue.name)
    troupe.finish(*consumers)


def joinable(troupe, queue, putter, takers):
    for taker in takers:
        troupe.start(taker, "joinable", "consume", queue.name, taker)
    # Producers join: they end only when the consumers, which are killed at the end, have finished every item.
    troupe.finish(*[troupe.start(who, "joinable", "produce", queue.name, who) for who in (putter, *takers)])


MIXTURES = {
    "three_takers": three_takers,
    "producer_consumer": producer_consumer,
    "nonblocking": put_first("nonblocking"),
    "bounded": put_first("bounded"),
    "sentinels": sentinels,
    "joinable": joinable,
}


def main(example, putter):
    takers = [language for language in LANGUAGES if language != putter]
    with NamedQueue(example) as queue, Troupe() as troupe:
        MIXTURES[example](troupe, queue, putter, takers)
        queue.must_be_empty()


if __name__ == "__main__":
    main(*sys.argv[1:])
