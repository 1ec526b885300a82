# SPDX-License-Identifier: Apache-2.0
"""Where each language keeps its programs, and how to run some of them together without leaving anything behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ["IPCQ_BUILD"])
LANGUAGES = ("c", "go", "ruby", "python")
WATCHDOG_SECONDS = 120



def command(language, program, *arguments):
    room = "grid" if program.startswith("grid_") else "examples"
    interpreted = TREE / "bindings" / language / room / program
    start = {
        "c": [BUILD / "c_api/examples" / f"example_{program}"],
        "go": [BUILD / "go" / room / program.removeprefix("grid_")],
        "ruby": ["ruby", f"{interpreted}.rb"],
        "python": ["python3", f"{interpreted}.py"],
    }[language]
    return [str(part) for part in (*start, *arguments)]


class Troupe:
    """Processes of one test. Leaving the block kills those that still run, with all that they started."""

    def __enter__(self):
        self.deadline = time.monotonic() + WATCHDOG_SECONDS
        self.processes = []
        return self

    def __exit__(self, *_):
        for process in self.processes:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()

    def start(self, language, program, *arguments):
        words = command(language, program, *arguments)
        print("+", *words, flush=True)
        process = subprocess.Popen(words, start_new_session=True)
        self.processes.append(process)
        return process

    def finish(self, *processes):
        """Waits for them; each must end by itself and with 0."""
        for process in processes:
            try:
                code = process.wait(max(0, self.deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                sys.exit(f"FAILED: still running after {WATCHDOG_SECONDS} s: {' '.join(process.args)}")
            if code != 0:
                sys.exit(f"FAILED: ended with {code}: {' '.join(process.args)}")

    def run(self, language, program, *arguments):
        self.finish(self.start(language, program, *arguments))
