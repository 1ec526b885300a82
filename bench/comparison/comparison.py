#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same deaths in multiprocessing's queues and in ours: who goes on afterwards?

usage: comparison.py [--full] [--trials N]

Needs the environment of build/env.sh.
"""

import argparse
import multiprocessing
import signal
import sys
from collections import Counter
from multiprocessing.connection import wait

from scenes import CONTROL, SCENES, Cast

TRIALS, FULL_TRIALS = 10, 100
ROW = "{:38}{:>24}{:>16}"
PATIENCE_SECONDS = 3  # nothing for so long, although there is something to do, is a wedge
TURNS_PER_SECOND = 100


class Multiprocessing:
    name = "multiprocessing"
    queue = staticmethod(multiprocessing.get_context("fork").Queue)
    joinable_queue = staticmethod(multiprocessing.get_context("fork").JoinableQueue)


class Ipcq:
    name = "ipcq"
    CAPACITY_BYTES = 4 << 20

    def __init__(self):
        import ipcq
        self.library = ipcq

    def queue(self):
        return self.library.Queue(capacity_bytes=self.CAPACITY_BYTES)

    def joinable_queue(self):
        return self.library.JoinableQueue(capacity_bytes=self.CAPACITY_BYTES)


def alive_after(connections):
    """How many of them report before there was silence for the whole patience."""
    waiting, alive = list(connections), 0
    while waiting and (ready := ready_among(waiting)):
        for connection in ready:
            waiting.remove(connection)
            alive += reported(connection)
    return alive


def ready_among(waiting):
    """Those that report next; none after the whole patience, which is counted in our own turns: on a machine that has
    no time for us nobody is wedged."""
    for _ in range(PATIENCE_SECONDS * TURNS_PER_SECOND):
        if ready := wait(waiting, 1 / TURNS_PER_SECOND):
            return ready
    return []


def reported(connection):
    try:
        connection.recv()
        return 1
    except EOFError:  # it died of what it met
        return 0


def wedged(scene, library, trials):
    """The trials are staged one after the other, and their ends awaited together."""
    with Cast(library) as cast:
        return trials - alive_after([scene(cast) for _ in range(trials)])


def on_alarm(*_):
    raise TimeoutError("the watchdog ended it")


def main():
    parser = argparse.ArgumentParser(description="the comparison part of the proof")
    parser.add_argument("--full", action="store_true", help=f"{FULL_TRIALS} trials in place of {TRIALS}")
    parser.add_argument("--trials", type=int)
    options = parser.parse_args()
    trials = options.trials or (FULL_TRIALS if options.full else TRIALS)
    signal.signal(signal.SIGALRM, on_alarm)
    signal.alarm(12 * trials + 60)

    sums, violations, made = Counter(), 0, 0
    print(f"Python {sys.version.split()[0]}, {trials} trials each; wedged: nobody went on for {PATIENCE_SECONDS} s")
    print(ROW.format("killed by SIGKILL", "multiprocessing wedged", "ipcq wedged"))
    for what, scene in SCENES.items():
        try:
            counts = {library.name: wedged(scene, library(), trials) for library in (Multiprocessing, Ipcq)}
        except (ImportError, OSError, EOFError, TimeoutError) as reason:
            print(f"violation: comparison: {what}: not made: {reason!r}")
            violations += 1
            continue
        print(ROW.format(what, *(f"{count} of {trials}" for count in counts.values())), flush=True)
        if what == CONTROL and counts["multiprocessing"]:
            print("violation: comparison: where nobody is killed nobody should be stuck")
            violations += 1
        if counts["ipcq"]:
            print(f"violation: a death stops nobody: {what}: ipcq wedged {counts['ipcq']} times [--trials {trials}]")
            violations += counts["ipcq"]
        if what != CONTROL:
            sums.update(counts)
            made += trials
    print(f"proof comparison: multiprocessing wedged {sums['multiprocessing']} of {made}, "
          f"ipcq wedged {sums['ipcq']} of {made}, violations {violations}")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
