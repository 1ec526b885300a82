# SPDX-License-Identifier: Apache-2.0
"""Runs the proof against libraries that are broken on purpose, one patch each: a proof that finds nothing proves
nothing.

usage: find.py [--full] [NAME...]

The first lines of a patch say what is wrong and which part has to find it. Found means that this part ends with
"violation:" lines and the code 1 on the broken library. The part's own run shows that it is silent on the right one. A
part that dies or hangs has found nothing.
"""

import os
import shlex
import subprocess
import sys
from pathlib import Path

ROOM = Path(__file__).resolve().parent
TREE = Path(os.environ.get("IPCQ_BUILD", "build")).resolve()
BUILD = TREE / "tests/proof"
# The name by which a program asks for the library.
NAME = (TREE / "c_api/libipcq.so").readlink()
WATCHDOG_S = 900  # of seconds, mostly; the machine may be busy


def header(patch, key):
    for line in patch.read_text().splitlines():
        if line.startswith(f"{key}: "):
            return line[len(key) + 2:]
    sys.exit(f"{patch.name}: no line \"{key}: ...\"")


def command_of(patch):
    part, *options = shlex.split(header(patch, "Found-by"))
    return [str(BUILD / part / f"proof_{part}"), *options]


def violations_of(patch):
    """What the part said; empty if it found nothing."""
    library = BUILD / "seeded_bugs" / patch.stem
    environment = os.environ | {"LD_LIBRARY_PATH": str(library)}
    if not (library / NAME).exists():
        sys.exit(f"{patch.stem} is not built: cmake --build build --target seeded_bugs")
    run = subprocess.run(["timeout", "--kill-after=5", str(WATCHDOG_S), *command_of(patch)], capture_output=True,
                         text=True, errors="replace", env=environment)
    lines = [line for line in run.stdout.splitlines() if line.startswith("violation:")]
    if run.returncode != 1:
        print(f"    {shlex.join(command_of(patch))} ended with {run.returncode}: {run.stderr.strip()[-300:]}")
        return []
    return lines


def main(names):
    patches = sorted(patch for patch in ROOM.glob("*.patch") if not names or patch.stem in names)
    found = 0
    for patch in patches:
        lines = violations_of(patch)
        found += bool(lines)
        print(f"{patch.stem}: {header(patch, 'Bug')}")
        print(f"    {lines[0] if lines else 'NOT FOUND'}", flush=True)
        if not lines:
            print(f"violation: seeded bug: {patch.stem} was not found by {header(patch, 'Found-by')}")
    print(f"proof seeded bugs: seeded bugs found {found} of {len(patches)}, violations {len(patches) - found}")
    return 0 if patches and found == len(patches) else 1


if __name__ == "__main__":
    sys.exit(main([name for name in sys.argv[1:] if name != "--full"]))
