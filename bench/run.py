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
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path

from goals import GOALS
from report import front_page, tables
from report.plots import plots
from report.results import Results
from report.statistics import MET, MISSED, UNDECIDED
from sections import LIMIT_S, PASSES, SECTIONS
from workers import BENCH, BUILD, Workers

OUTPUT = BUILD / "bench-results"
MARKS = "<!-- results: written by scripts/bench --readme -->", "<!-- end of results -->"


def say(text):
    print(f"-- {text}", flush=True)


def quick(call):
    """For development: two short passes."""
    return dataclasses.replace(call, rounds=1, seconds=call.seconds / 2)


def machine():
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return (f"{len(os.sched_getaffinity(0))} processors ({model[1] if model else platform.machine()}), "
            f"Linux {platform.release()}, {' '.join(platform.libc_ver())}")


def calls_of(names, number, hurry):
    """Of a pass, with the numbers of its rounds."""
    for call in (call for name in names for call in SECTIONS[name]()):
        call = quick(call) if hurry else call
        yield dataclasses.replace(call, first_round=call.first_round + number * call.rounds)


def run(names, passes, hurry):
    workers, results = Workers(), Results()
    results.left_out = dict(workers.left_out)
    for peer, reason in sorted(results.left_out.items()):
        say(f"left out: {peer}: {reason}")
    run_begin, longest = time.monotonic(), 0
    for number in range(passes):
        begin, spent = time.monotonic(), Counter()
        if begin - run_begin + longest > LIMIT_S:
            say(f"only {number} passes: this machine has too little time for {passes}")
            break
        for call in calls_of(names, number, hurry):
            call_begin = time.monotonic()
            for line in workers.measure(call, say):
                results.add(line)
            spent[call.section] += time.monotonic() - call_begin
        longest = max(longest, time.monotonic() - begin)
        say(f"pass {number + 1} of {passes}: {time.monotonic() - begin:.0f} s: "
            f"{', '.join(f'{section} {seconds:.0f}' for section, seconds in spent.items())}")
    for which, why in sorted(results.failures().items()):
        say(f"failed: {' '.join(which)}: {why}")
    return results


def goal_of(judgement):
    """For results.json."""
    goal, worst = judgement.goal, judgement.worst
    return {"goal": goal.what, "bound": goal.bound, "at_least": goal.at_least, "verdict": judgement.verdict,
            "reached": worst.value if worst and worst.rounds else None, "where": worst and worst.where,
            "places": {place: verdict for place, verdict, _ in judgement.places}}


def write(results, judgements, head):
    OUTPUT.mkdir(exist_ok=True)
    for old in OUTPUT.glob("*.svg"):
        old.unlink()
    text = f"{head}\n\n{tables.report(results, judgements)}"
    (OUTPUT / "report.md").write_text(text)
    everything = {"machine": machine(), "goals": [goal_of(judgement) for judgement in judgements],
                  "left_out": results.left_out, "measurements": results.lines}
    (OUTPUT / "results.json").write_text(json.dumps(everything))
    for name, svg in plots(results).items():
        (OUTPUT / name).write_text(svg)
    return text


def into_page(page, marks, text):
    """Between the two marks."""
    before, rest = page.read_text().split(marks[0])
    page.write_text(f"{before}{marks[0]}\n\n{text}\n{marks[1]}{rest.split(marks[1])[1]}")


def once(options):
    """One run, with its report; the judgements."""
    begin = time.monotonic()
    results = run(options.only or list(SECTIONS), options.passes or (2 if options.quick else PASSES), options.quick)
    judgements = [goal.judge(results) for goal in GOALS]
    if options.only:  # what belongs to other sections was not asked for
        judgements = [judgement for judgement in judgements if judgement.verdict]
    head = (f"{machine()}; {datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC, {time.monotonic() - begin:.0f} seconds"
            f"{', --quick' if options.quick else ''}.")
    text = write(results, judgements, head)
    print(text)
    say(f"also in {OUTPUT.relative_to(BUILD.parent)}: report.md, results.json, {len(list(OUTPUT.glob('*.svg')))} plots")
    if options.readme:
        into_page(BENCH / "README.md", MARKS, text)
        if chart := front_page.chart(results):
            into_page(BENCH.parent / "README.md", front_page.MARKS, chart)
    print(summary(judgements), flush=True)
    return judgements


def summary(judgements):
    counts = Counter(judgement.verdict for judgement in judgements)
    undecided = f", undecided {counts[UNDECIDED]}" if counts[UNDECIDED] else ""
    return f"goals met {counts[MET]} of {len(judgements)}, missed {counts[MISSED]}{undecided}"


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Measures libipcq beside its peers, in one run.")
    parser.add_argument("--quick", action="store_true", help="two short passes, for development")
    parser.add_argument("--only", nargs="+", choices=list(SECTIONS), metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("--passes", type=int, help=f"how often all sections are measured; {PASSES} in a full run")
    parser.add_argument("--runs", type=int, default=1, help="so many whole runs, and whether their verdicts agree")
    parser.add_argument("--readme", action="store_true",
                        help="write the result into bench/README.md, and the chart into README.md")
    options = parser.parse_args()
    runs = [once(options) for _ in range(options.runs)]
    if len(runs) > 1:
        print(tables.agreement(runs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
