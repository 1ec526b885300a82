#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the models with spin: those of the protocol must hold, and each with a line taken out must not.

usage: model.py [--full] [--only TEXT]      TEXT is part of a configuration's name, as the table prints it
"""

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
MEMORY_MIB = 3500
SECONDS_MAX = 3000  # for one configuration

# Model and definitions. First the protocol as it is: no violation.
RIGHT = [
    "owner_lock CONTENDERS=3 KILLS=1",
    "owner_lock CONTENDERS=2 HEIRS=1 KILLS=2 STOPS=1",
    "owner_lock CONTENDERS=2 ROUNDS=2 NO_SLICES",  # while nobody dies or stops, no slice is needed
    "sleep GETTERS=2 PUTTERS=2 NO_SLICES",
    "sleep GETTERS=2 PUTTERS=2 STOPS=1",
    "sleep GETTERS=2 PUTTERS=1 KILLS=2",
    "reaper MORTALS=1 HEIRS=1 KILLS=1 STOPS=1",
    "reaper MORTALS=2 KILLS=2 ACTIONS=1",
]
RIGHT_FULL = [
    # With two rounds and two kills, or an heir, two kills and a stop, the states are more than memory for them.
    "owner_lock CONTENDERS=3 ROUNDS=2 KILLS=1",
    "owner_lock CONTENDERS=3 HEIRS=1 KILLS=2",
    "owner_lock CONTENDERS=3 KILLS=1 STOPS=1",
    "sleep GETTERS=2 PUTTERS=2 KILLS=1 STOPS=1",
    "sleep GETTERS=3 PUTTERS=2 NO_SLICES",
    "reaper MORTALS=1 HEIRS=1 KILLS=2",
    "reaper MORTALS=1 HEIRS=1 KILLS=2 ITEMS=3",
    "reaper MORTALS=1 HEIRS=2 KILLS=1 STOPS=1 ACTIONS=1",
    "reaper MORTALS=2 KILLS=1 STOPS=1 ACTIONS=1",
    "reaper MORTALS=2 KILLS=2 ACTIONS=2",
]
# Then with a line taken out: a violation must be found.
WRONG = [
    "owner_lock NO_SLICES KILLS=1",
    "owner_lock NO_SLICES STOPS=1 CONTENDERS=3",
    "owner_lock NO_SLICES NO_WAKE",
    "owner_lock NO_DEAD_TEST CONTENDERS=3 KILLS=1",
    "owner_lock BLIND_THEFT CONTENDERS=3 KILLS=1",
    "owner_lock NO_GENERATION HEIRS=1 KILLS=1",
    "owner_lock BYTE_FIRST HEIRS=1 KILLS=1 STOPS=1",
    "owner_lock EARLY_BYTE",
    "owner_lock HUSHED_THEFT KILLS=1",
    "sleep NO_SLICES KILLS=1",
    "sleep NO_SLICES STOPS=1",
    "sleep NO_SLICES NO_RECHECK",
    "sleep NO_SLICES LATE_COUNT",
    "sleep NO_SLICES NO_BATON",
    "sleep NO_SLICES EARLY_POST",
    "reaper READY_FIRST HEIRS=1 KILLS=2",
    "reaper CURSOR_FIRST KILLS=1",
    "reaper CLEAN_FIRST MORTALS=2 KILLS=2 ACTIONS=1",
    "reaper PLAIN_STORE HEIRS=1 KILLS=1",
    "reaper ASK_FIRST HEIRS=1 KILLS=1",
    "reaper BYTE_FIRST HEIRS=1 KILLS=1 STOPS=1",
    "reaper RAISE_ONCE HEIRS=1 KILLS=1",
    "reaper NO_ENTRANCE HEIRS=2 KILLS=1 ACTIONS=1",
    "reaper SKIP_INHERITED HEIRS=1 KILLS=1 STOPS=1",
    "reaper EQUAL_GENERATION HEIRS=1 KILLS=2",
    "reaper NO_INHERITANCE HEIRS=1 KILLS=1",
    "reaper SHORT_ZONE HEIRS=1 KILLS=2",
    "reaper OLD_COUNT HEIRS=1 KILLS=1",
    "reaper NO_REPAIR HEIRS=1 KILLS=2",
]


class Broken(Exception):
    """The check could not be made."""


def run(command, where):
    try:
        result = subprocess.run(command, cwd=where, capture_output=True, text=True, timeout=SECONDS_MAX)
    except subprocess.TimeoutExpired as timeout:
        raise Broken(f"no end after {SECONDS_MAX} s") from timeout
    return result.returncode, result.stdout + result.stderr


def check(configuration, where):
    """How many states were seen, and what was found: "holds" or the violation in spin's words."""
    model, *definitions = configuration.split()
    switches = [f"-D{definition}" for definition in definitions]
    status, output = run(["spin", *switches, "-a", HERE / f"{model}.pml"], where)
    if status != 0 or "rror" in output:
        raise Broken(output.strip())
    # Partial order reduction is off: with `unless` its conditions are not the manual's.
    # NFAIR=3: room for the fairness counters of up to eight processes and more.
    options = ["-O1", "-w", "-DNOREDUCE", "-DNFAIR=3", f"-DMEMLIM={MEMORY_MIB}"]
    status, output = run(["cc", *options, "-o", "pan", "pan.c"], where)
    if status != 0:
        raise Broken(output.strip())
    status, output = run(["./pan", "-a", "-f", "-m2000000"], where)
    states = re.search(r"(\d+) states, stored", output)
    errors = re.search(r"errors: (\d+)", output)
    if not states or not errors:
        raise Broken(output.strip())
    if errors[1] == "0" and ("max search depth too small" in output or "not completed" in output):
        raise Broken("the search did not end: " + output.strip())
    first = re.search(r"pan:1: (.*?)( \(at depth|$)", output, re.MULTILINE)
    return int(states[1]), first[1] if first else "holds"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="more processes, kills and stops")
    parser.add_argument("--only", default="", metavar="TEXT", help="only configurations whose name contains this")
    arguments = parser.parse_args()

    right = [name for name in RIGHT + RIGHT_FULL * arguments.full if arguments.only in name]
    wrong = [name for name in WRONG if arguments.only in name]
    violations = states_sum = found = 0
    print(f"{'configuration':52} {'states':>10} {'s':>5}  expected  found")
    for name in right + wrong:
        expected = "holds" if name in right else "breaks"
        start = time.monotonic()
        try:
            with tempfile.TemporaryDirectory(prefix="ipcq-model-") as where:
                states, verdict = check(name, where)
        except Broken as trouble:
            states, verdict = 0, f"not checked: {trouble}"
        as_expected = not verdict.startswith("not checked") and (verdict == "holds") == (expected == "holds")
        print(f"{name:52} {states:10} {time.monotonic() - start:5.0f}  {expected:8}  {verdict[:80]}", flush=True)
        states_sum += states
        found += expected == "breaks" and as_expected
        if not as_expected:
            violations += 1
            print(f"violation: model: {name} {'does not hold' if expected == 'holds' else 'was not found'}"
                  f" (--only '{name}'): {verdict}", flush=True)
    print(f"proof model: models {len(right)}, states {states_sum}, wrong models found {found} of {len(wrong)},"
          f" violations {violations}")
    return 1 if violations or not right + wrong else 0


if __name__ == "__main__":
    sys.exit(main())
