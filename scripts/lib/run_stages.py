# SPDX-License-Identifier: Apache-2.0
"""Runs the stages of scripts/test and adds up what they counted.

usage: run_stages.py [list | --full | STAGE...]

A stage that is only for --full runs also when it is named. What a stage prints behind "figure: " is shown.
"""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from stages import STAGES

LOGS = Path("build/logs")
LINES_SHOWN = 40


def run(stage, log):
    """Exit code of the stage's command; 124 if the watchdog had to end it, and all that it started."""
    with open(log, "wb") as output:
        process = subprocess.Popen(stage.command, stdout=output, stderr=subprocess.STDOUT, cwd=stage.directory,
                                   env=os.environ | stage.environment, stdin=subprocess.DEVNULL,
                                   start_new_session=True)
        try:
            return process.wait(stage.watchdog_s)
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if isinstance(error, subprocess.TimeoutExpired):
                output.write(f"\nthe watchdog ended this after {stage.watchdog_s} s\n".encode())
                return 124
            raise


def report(stage, code, text, seconds):
    counted = stage.count(code, text)
    print(f"{stage.name:24} {counted.passed:5} passed {counted.failed:4} failed {counted.skipped:4} skipped"
          f" {seconds:7.1f} s", flush=True)
    for figure in re.findall(r"^figure: (.*)$", text, flags=re.MULTILINE):
        print(f"    {figure}", flush=True)
    for reason in counted.reasons:
        print(f"    skipped: {reason}", flush=True)
    if counted.failed:
        print("".join(f"    | {line}\n" for line in text.splitlines()[-LINES_SHOWN:]), end="")
        print(f"    whole output: {LOGS / stage.name}.log", flush=True)
    return counted


def main(names):
    if names == ["list"]:
        print("\n".join(stage.name + (" (--full)" if stage.full else "") for stage in STAGES))
        return 0
    full = "--full" in names
    names = [name for name in names if name != "--full"]
    unknown = set(names) - {stage.name for stage in STAGES}
    if unknown:
        sys.exit(f"no such stage: {', '.join(sorted(unknown))}")
    LOGS.mkdir(parents=True, exist_ok=True)
    totals = [0, 0, 0]
    for stage in STAGES:
        chosen = stage.name in names if names else full or not stage.full
        if not chosen:
            continue
        log = LOGS / f"{stage.name}.log"
        begun = time.monotonic()
        code = run(stage, log)
        counted = report(stage, code, log.read_text(errors="replace"), time.monotonic() - begun)
        for index, number in enumerate((counted.passed, counted.failed, counted.skipped)):
            totals[index] += number
    print("{} passed, {} failed, {} skipped".format(*totals))
    return 1 if totals[1] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
