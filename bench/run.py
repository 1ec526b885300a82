# SPDX-License-Identifier: Apache-2.0
"""Runs the sections, judges the goals, writes the report into build/bench-results. Started by scripts/bench."""

import argparse
import dataclasses
import json
import os
import platform
import re
import sys
import time
from datetime import datetime, timezone
from pathlib import Path

from goals import GOALS
from report import tables
from report.plots import plots
from report.results import Results
from sections import SECTIONS
from workers import BENCH, BUILD, Workers

OUTPUT = BUILD / "bench-results"
MARKS = "<!-- results: written by scripts/bench --readme -->", "<!-- end of results -->"


def say(text):
    print(f"-- {text}", flush=True)


def quick(call):
    """For development: the same calls, much shorter."""
    return dataclasses.replace(call, rounds=min(2, call.rounds), seconds=call.seconds / 2)


def machine():
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return (f"{len(os.sched_getaffinity(0))} processors ({model[1] if model else platform.machine()}), "
            f"Linux {platform.release()}, {' '.join(platform.libc_ver())}")


def run(names, hurry):
    workers, results = Workers(), Results()
    results.left_out = dict(workers.left_out)
    for peer, reason in sorted(results.left_out.items()):
        say(f"left out: {peer}: {reason}")
    for call in (call for name in names for call in SECTIONS[name]()):
        begin = time.monotonic()
        for line in workers.measure(quick(call) if hurry else call, say):
            results.add(line)
        say(f"{call.section} {' '.join(call.cells)}, placed {call.placement}: {time.monotonic() - begin:.0f} s")
    for which, why in sorted(results.failures().items()):
        say(f"failed: {' '.join(which)}: {why}")
    return results


def write(results, judged, head):
    OUTPUT.mkdir(exist_ok=True)
    for old in OUTPUT.glob("*.svg"):
        old.unlink()
    text = f"{head}\n\n{tables.report(results, judged)}"
    (OUTPUT / "report.md").write_text(text)
    goals = [{"goal": goal.what, "bound": goal.bound, "at_least": goal.at_least, "reached": reached and reached.value,
              "met": bool(reached and goal.met(reached))} for goal, reached in judged]
    everything = {"machine": machine(), "goals": goals, "left_out": results.left_out, "measurements": results.lines}
    (OUTPUT / "results.json").write_text(json.dumps(everything))
    for name, svg in plots(results).items():
        (OUTPUT / name).write_text(svg)
    return text


def into_readme(text):
    """Between the two marks of bench/README.md."""
    page = BENCH / "README.md"
    before, rest = page.read_text().split(MARKS[0])
    page.write_text(f"{before}{MARKS[0]}\n\n{text}\n{MARKS[1]}{rest.split(MARKS[1])[1]}")


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Measures libipcq beside its peers, in one run.")
    parser.add_argument("--quick", action="store_true", help="two short rounds, for development")
    parser.add_argument("--only", nargs="+", choices=list(SECTIONS), metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("--readme", action="store_true", help="write the result into bench/README.md, too")
    options = parser.parse_args()
    begin = time.monotonic()
    results = run(options.only or list(SECTIONS), options.quick)
    judged = [(goal, goal.read(results)) for goal in GOALS]
    if options.only:  # what belongs to other sections was not asked for
        judged = [(goal, reached) for goal, reached in judged if reached is not None]
    head = (f"{machine()}; {datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC, {time.monotonic() - begin:.0f} seconds"
            f"{', --quick' if options.quick else ''}.")
    text = write(results, judged, head)
    print(text)
    say(f"also in {OUTPUT.relative_to(BUILD.parent)}: report.md, results.json, {len(list(OUTPUT.glob('*.svg')))} plots")
    if options.readme:
        into_readme(text)
    met = sum(reached is not None and goal.met(reached) for goal, reached in judged)
    print(f"goals met {met} of {len(judged)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
