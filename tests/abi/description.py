#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The library's functions and the types of its header are those of the committed description, by abidiff.

usage: description.py [--write] LIBRARY HEADERS DESCRIPTION

With --write the description is made anew, by abidw. Both programs read the library's debug information.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from elf import readelf

REASON = """<!--
  SPDX-License-Identifier: Apache-2.0

  The binary interface of libipcq.so, as abidw of libabigail writes it. It is committed because the test abi.description
  compares each build with it: a build alone cannot show what changed. CONTRIBUTING.md says how to make it anew.
-->"""
# Neither the processor nor anything of the machine that made it is in the description.
WRITE = ["abidw", "--drop-private-types", "--exported-interfaces-only", "--drop-undefined-syms", "--no-show-locs",
         "--no-comp-dir-path", "--no-corpus-path", "--no-elf-needed", "--no-architecture", "--no-parameter-names",
         "--no-write-default-sizes", "--type-id-style", "hash"]
# Harmless changes, too: a field with a new name breaks programs when they are compiled. The types of the description
# have no file, so an option that names the folder of the public headers would drop them all.
COMPARE = ["abidiff", "--no-architecture", "--exported-interfaces-only", "--harmless"]


def skip_without_tools(library):
    for tool in ("abidw", "abidiff"):
        if not shutil.which(tool):
            print(f"skipped: there is no {tool} (Debian package abigail-tools)")
            sys.exit(77)
    if ".debug_info" not in readelf(library, "--section-headers"):
        print(f"skipped: {library} has no debug information, which {COMPARE[0]} reads")
        sys.exit(77)


def write(library, headers, description):
    """abidiff accepts a comment behind the root element's first line, and not before it."""
    run = subprocess.run([*WRITE, "--headers-dir", headers, library], check=True, capture_output=True, text=True)
    first, rest = run.stdout.split("\n", 1)
    Path(description).write_text(f"{first}\n{REASON}\n{rest.rstrip()}\n")


def compare(library, description):
    # abidiff says nothing, and exits with 0, when it cannot read the description.
    symbols = re.findall(r"<elf-symbol name='ipcq_", Path(description).read_text())
    run = subprocess.run([*COMPARE, description, library], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if run.returncode or not symbols or "error" in run.stdout:
        print(f"{run.stdout}\n{library} differs from {description}, or abidiff failed (code {run.returncode}).\n"
              "If the change is intended: cmake --build BUILD --target abi_description, and commit the file.")
        return 1
    print(f"{len(symbols)} functions and their types are as described")
    return 0


def main(*arguments):
    library, headers, description = arguments[-3:]
    skip_without_tools(library)
    return write(library, headers, description) if arguments[0] == "--write" else compare(library, description)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
