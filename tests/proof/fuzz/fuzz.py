#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the fuzzer of hostile images; README.md says what it looks for.

Without arguments the recipes of corpus/ and 60 seconds of new inputs; --full takes 600. --input FILE repeats one
input that a run has kept, --recipes FILE one file of recipes; --thread goes with both.
"""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOM = pathlib.Path(__file__).resolve().parent
SEED = 20260301
FINDINGS_MAX = 10  # of one mode; so many are repaired first
WATCHDOG = 25  # seconds for one input, which takes 300 microseconds; the machine may be busy
NO_SEEDS = {"large.recipes"}  # walks of very large maps may take long
BY_THREAD = ["--thread"]
SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=1:allocator_may_return_null=1:handle_abort=0:quarantine_size_mb=16",
    "UBSAN_OPTIONS": "print_stacktrace=1",
}


class Part:
    def __init__(self, engine, kept):
        self.engine = engine
        self.kept = kept
        self.inputs = self.executions = self.coverage = self.violations = 0

    def call(self, *arguments, timeout):
        queue = f"proof-fuzz-{os.getpid()}"
        command = [str(self.engine), f"--queue={queue}", *map(str, arguments)]
        try:
            return subprocess.run(
                command,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                timeout=timeout,
                env=os.environ | SANITIZERS,
            )
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(command, 124, f"violation: always returns: no end within {timeout} s")
        finally:
            pathlib.Path(f"/dev/shm/ipcq.{queue}").unlink(missing_ok=True)

    def violation(self, text, repeat):
        self.violations += 1
        print(f"violation: {what_went_wrong(text)} ({repeat})", flush=True)

    def recipes(self, file, mode):
        """The first recipe that fails ends the program, so its name is the last one said."""
        result = self.call(*mode, "--recipes", file, timeout=600)
        names = re.findall(r"^recipe (.+)$", result.stdout, re.M)
        self.executions += len(names)
        if result.returncode != 0:
            name = names[-1] if names else "-"
            self.violation(result.stdout, f"recipe {name}: --recipes {file} {' '.join(mode)}")
            print(tail(result.stdout))
        else:
            self.inputs += len(names)

    def fuzz(self, seconds, mode, seeds):
        """New inputs for so long. libFuzzer ends at each finding, which is kept; then comes another seed."""
        corpus = self.kept / ("corpus-" + (mode[0].strip("-") if mode else "loads"))
        corpus.mkdir(exist_ok=True)
        end, found = time.monotonic() + seconds, 0
        while (left := int(end - time.monotonic())) >= 1 and found < FINDINGS_MAX:
            result = self.call(
                corpus,
                seeds,
                f"-seed={SEED + found}",
                f"-max_total_time={left}",
                f"-timeout={WATCHDOG}",
                "-max_len=256",
                "-print_final_stats=1",
                f"-artifact_prefix={self.kept}/",
                *mode,
                timeout=left + 300,  # the watchdog of the watchdog
            )
            text = result.stdout
            self.executions += number(r"stat::number_of_executed_units:\s*(\d+)", text)
            self.coverage = max([self.coverage, *map(int, re.findall(r"cov: (\d+)", text))])
            if result.returncode == 0:
                break
            found += 1
            file = re.search(r"written to (\S+)", text)
            self.violation(text, " ".join(["--input", file.group(1) if file else "?", *mode]))
            if file:
                print(self.call("--explain", file.group(1), timeout=60).stdout, flush=True)
        self.inputs += sum(1 for _ in corpus.iterdir())


def number(pattern, text):
    found = re.search(pattern, text)
    return int(found.group(1)) if found else 0


def tail(text):
    return "\n".join("  " + line for line in text.splitlines()[-30:])


def what_went_wrong(text):
    """The promise that we noticed ourselves, else what a sanitizer or libFuzzer says."""
    own = re.search(r"^violation: (.+)$", text, re.M)
    if own:
        return own.group(1)
    place = re.search(r"#\d+ 0x\w+ in (ipcq::.+)$", text, re.M)
    summary = re.search(r"runtime error: .+|SUMMARY: .+|ERROR: .+|The futex facility .+", text)
    kind = summary.group(0) if summary else "the fuzzer ended without a word"
    return f"nothing outside is touched: {kind}" + (f", at {place.group(1)}" if place else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOM.parents[2] / "build", help="the CMake build folder")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--seconds", type=int, help="of fuzzing, in both modes together")
    parser.add_argument("--input", type=pathlib.Path)
    parser.add_argument("--recipes", type=pathlib.Path)
    parser.add_argument("--thread", action="store_true", help="races by a second thread instead of at loads")
    options = parser.parse_args()

    kept = pathlib.Path(tempfile.mkdtemp(prefix="proof-fuzz-"))
    part = Part(options.build / "tests/proof/fuzz/engine", kept)
    modes = [BY_THREAD] if options.thread else [[], BY_THREAD]
    build = ["cmake", "--build", options.build, "--parallel", str(os.cpu_count()), "--target", "proof_fuzz"]
    if subprocess.run(build, stdout=sys.stderr).returncode != 0:
        part.violation("violation: the part is complete: the fuzzer was not built: no clang++?", "scripts/setup")
    elif options.input:
        result = part.call(options.input, f"-timeout={WATCHDOG}", *(modes[0] if options.thread else []), timeout=600)
        print(part.call("--explain", options.input, timeout=60).stdout + tail(result.stdout))
        part.inputs = part.executions = 1
        if result.returncode != 0:
            part.violation(result.stdout, f"--input {options.input}")
    elif options.recipes:
        part.recipes(options.recipes, modes[0] if options.thread else [])
    else:
        seeds = kept / "seeds"
        seeds.mkdir()
        for file in sorted((ROOM / "corpus").glob("*.recipes")):
            part.recipes(file, BY_THREAD if file.name == "threads.recipes" else [])
            if file.name not in NO_SEEDS:
                part.call("--seeds", file, seeds, timeout=60)
        seconds = options.seconds or (600 if options.full else 60)
        for mode in modes:
            part.fuzz(seconds / len(modes), mode, seeds)
    if part.violations == 0:
        shutil.rmtree(kept)
    print(
        f"proof fuzz: inputs {part.inputs}, executions {part.executions}, coverage {part.coverage}, "
        f"violations {part.violations}"
    )
    return part.violations != 0


if __name__ == "__main__":
    sys.exit(main())
