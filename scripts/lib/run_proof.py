# SPDX-License-Identifier: Apache-2.0
"""Runs the parts of scripts/proof and adds up what they proved.

usage: run_proof.py [list | [--full] PART...]

A part ends with the line "proof NAME: key value, key value, ..., violations V" and exits 0 if V is 0 and nothing was
left out. A part that ends otherwise is a violation, whatever it printed. In full, what runs beside the others begins
first and is reported in its turn.
"""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from proof_parts import PARTS

LOGS = Path("build/logs")
SUMMARY = re.compile(r"^proof [\w -]+: (.*)$", flags=re.MULTILINE)
LINES_SHOWN = 30


class Run:
    """A part under way, with all that it starts."""

    def __init__(self, part, full):
        self.log = LOGS / f"proof-{part.name}.log"
        self.watchdog_s = part.full_watchdog_s if full else part.watchdog_s
        self.begun, self.ended = time.monotonic(), False
        with open(self.log, "wb") as output:
            self.process = subprocess.Popen([*part.command, *(["--full"] if full else [])], stdout=output,
                                            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True)

    def wait(self):
        """Exit code, 124 if the watchdog had to end it; output; and the seconds since it began."""
        try:
            code = self.process.wait(max(0, self.begun + self.watchdog_s - time.monotonic()))
        except subprocess.TimeoutExpired:
            code = 124
        finally:
            self.end()
        return code, self.log.read_text(errors="replace"), time.monotonic() - self.begun

    def end(self):
        if self.ended:
            return
        self.ended = True
        try:
            os.killpg(self.process.pid, signal.SIGKILL)  # what a part left behind must not disturb the next one
        except ProcessLookupError:
            pass
        self.process.wait()


def numbers_of(text):
    """The last summary as a dictionary: {"kill points": 5120, ..., "violations": 0}."""
    lines = SUMMARY.findall(text)
    pairs = re.findall(r"([^,]+?) (\d+)(?: of (\d+))?(?:,|$)", lines[-1]) if lines else []
    numbers = {}
    for key, number, of in pairs:
        numbers[key.strip()] = int(number)
        if of:
            numbers[key.strip() + " of"] = int(of)
    return numbers


def report(part, code, text, log, seconds):
    """One line; what went wrong below it. The numbers, in which a failure is always a violation."""
    numbers = numbers_of(text)
    violations = numbers.get("violations", 0)
    if violations == 0 and (code != 0 or "violations" not in numbers):
        violations = 1
    numbers["violations"] = violations
    summary = SUMMARY.findall(text)
    print(f"{'failed' if violations else 'ok'}: {part.name}: {summary[-1] if summary else f'exit code {code}'}"
          f" ({seconds:.0f} s)", flush=True)
    if violations:
        lines = [line for line in text.splitlines() if line.startswith("violation")] or text.splitlines()
        print("".join(f"    | {line}\n" for line in lines[-LINES_SHOWN:]), end="")
        print(f"    whole output: {log}", flush=True)
    return numbers


def main(arguments):
    full = "--full" in arguments
    names = [argument for argument in arguments if argument != "--full"]
    if names == ["list"]:
        print("\n".join(part.name for part in PARTS))
        return 0
    unknown = set(names) - {part.name for part in PARTS}
    if unknown:
        sys.exit(f"no such part: {', '.join(sorted(unknown))}")
    LOGS.mkdir(parents=True, exist_ok=True)
    parts = [part for part in PARTS if not names or part.name in names]
    kill_points = violations = found = seeded = 0
    beside = {}
    try:
        for part in parts:
            if full and part.beside:
                beside[part.name] = Run(part, full)
        for part in parts:
            run = beside.get(part.name) or Run(part, full)
            code, text, seconds = run.wait()
            numbers = report(part, code, text, run.log, seconds)
            kill_points += sum(number for key, number in numbers.items() if key.endswith("kill points"))
            violations += numbers["violations"]
            found += numbers.get("seeded bugs found", 0)
            seeded += numbers.get("seeded bugs found of", 0)
    finally:
        for run in beside.values():
            run.end()
    print(f"kill points {kill_points}, violations {violations}, seeded bugs found {found} of {seeded}")
    return 1 if violations or found != seeded else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
