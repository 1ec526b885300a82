# SPDX-License-Identifier: Apache-2.0
"""The part of the proof that are ordinary tests: those that CTest knows by the label "proof"."""

import subprocess
import sys

run = subprocess.run(["ctest", "--test-dir", "build", "--output-on-failure", "--no-tests=error", "-L", "^proof$"],
                     capture_output=True, text=True)
print(run.stdout, run.stderr, sep="")
tests = sum(" Test " in line for line in run.stdout.splitlines())
failed = sum("***" in line and "Skipped" not in line for line in run.stdout.splitlines())
for line in run.stdout.splitlines():
    if "***" in line and "Skipped" not in line:
        print(f"violation: test: {line.strip()}")
print(f"proof tests: tests {tests}, violations {failed}")
sys.exit(run.returncode)
