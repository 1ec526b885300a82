#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Workers in four languages at one queue, killed, stopped, forked, executed anew and robbed of their descriptors.

usage: chaos.py [--full] [--seconds S] [--seed N] [--variant NAME] [--languages c,go,...] [--blows kill,stop,...]

Needs the environment of build/env.sh. README.md tells what is checked.
"""

import argparse
import math
import os
import signal
import sys
import time
from collections import Counter

import crew
from round import STALL_SECONDS, VARIANTS, Round
from storm import BLOWS

REDUCED_SECONDS, FULL_SECONDS = 60, 3600
ROUND_SECONDS_MAX = STALL_SECONDS  # a worker that used all its numbers up rests until the round ends: no stall yet
LANGUAGES = tuple(crew.PAIRS)
TABLE = ("starts", "forks", "execs", "closefroms", "kills", "kills inside a call", "stops", "put", "taken")


def arguments():
    parser = argparse.ArgumentParser(description="the chaos part of the proof")
    parser.add_argument("--full", action="store_true", help=f"{FULL_SECONDS} seconds in place of {REDUCED_SECONDS}")
    parser.add_argument("--seconds", type=float, help="for all variants together (IPCQ_CHAOS_SECONDS)")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**9, help="repeats the decisions of a run")
    parser.add_argument("--variant", choices=VARIANTS, help="this one alone")
    parser.add_argument("--languages", default=",".join(LANGUAGES), help="these alone")
    parser.add_argument("--blows", default=",".join(sorted({blow.split()[0] for blow in BLOWS})), help="these alone")
    options = parser.parse_args()
    options.languages, options.blows = options.languages.split(","), options.blows.split(",")
    if options.seconds is None:
        options.seconds = float(os.environ.get("IPCQ_CHAOS_SECONDS", FULL_SECONDS if options.full else REDUCED_SECONDS))
    return options


def rounds(options):
    """As many rounds as it takes for none to be long: (variant, seconds, seed)."""
    variants = [options.variant] if options.variant else list(VARIANTS)
    turns = math.ceil(options.seconds / len(variants) / ROUND_SECONDS_MAX)
    seconds = options.seconds / len(variants) / turns
    for turn in range(turns):
        for variant in variants:
            yield variant, seconds, options.seed + turn


def show(count, languages):
    print(f"{'':20}" + "".join(f"{language:>12}" for language in languages))
    for what in TABLE:
        print(f"{what:20}" + "".join(f"{count[what, language]:12}" for language in languages))


def main():
    options = arguments()
    skipped = [language for language in options.languages if not crew.is_built(language)]
    for language in skipped:
        print(f"skipped: {language} is not built (--languages leaves it out without failing)")
    languages = [language for language in options.languages if language not in skipped]
    crew.become_reaper()
    # Both by way of all that cleans up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))
    signal.signal(signal.SIGALRM, lambda *_: sys.exit("watchdog: the driver itself is stuck"))
    signal.alarm(int(2 * options.seconds) + 120)
    print(f"seed {options.seed}, {options.seconds:g} s, languages {','.join(languages)}", flush=True)
    total, violations, complete = Counter(), 0, not skipped and bool(languages)
    for variant, seconds, seed in rounds(options):
        one = Round(variant, seconds, seed, languages, options.blows)
        one.run()
        total += one.count
        violations += len(one.violations)
        for violation in one.violations:
            print(f"violation: {violation} [--variant {variant} --seed {seed} --seconds {seconds:g}]")
        print(f"{variant}: {one.summary()}", flush=True)
    show(total, languages)
    sums = Counter()
    for (what, _), number in total.items():
        sums[what] += number
    needed = ["taken", *(["kills"] if "kill" in options.blows else [])]
    complete = complete and all(total[what, language] for what in needed for language in languages)
    if not complete:
        print("not complete: a language is missing, or nothing happened to it")
    print(f"proof chaos: kills {sums['kills']}, stops {sums['stops']}, items {sums['taken']}, "
          f"languages {len(languages)}, violations {violations}")
    return 0 if violations == 0 and complete else 1


if __name__ == "__main__":
    sys.exit(main())
