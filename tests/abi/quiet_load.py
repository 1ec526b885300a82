#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Loading the library runs none of its code and asks for nothing unusual. It has no static initialiser, no executable
stack, no relocation of its text, no library beyond libc and the C++ runtime. Its name carries a version. The name
carries the major version, and the minor one too while the major one is 0.

usage: quiet_load.py LIBRARY
"""

import re
import sys
from pathlib import Path

from elf import readelf

EXPECTED_LIBRARIES = {"libc.so.6", "libstdc++.so.6", "libgcc_s.so.1", "libm.so.6", "ld-linux-x86-64.so.2"}
# What the compiler's own start files put into .init_array of every library: frame_dummy.
ENTRIES_OF_THE_COMPILER = 1
POINTER_BYTES = 8


def expected_name(library):
    """The file's own name ends in the whole version."""
    major, minor, _ = re.fullmatch(r"libipcq\.so\.(\d+)\.(\d+)\.(\d+)", Path(library).resolve().name).groups()
    return f"libipcq.so.0.{minor}" if major == "0" else f"libipcq.so.{major}"


def complaints_about(library):
    dynamic = readelf(library, "--dynamic")
    needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic))
    if any(re.match(r"lib(a|t|ub)san", name) for name in needed):
        print("skipped: a sanitizer is linked in, which has initialisers of its own")
        sys.exit(77)
    if needed - EXPECTED_LIBRARIES:
        yield f"needs {sorted(needed - EXPECTED_LIBRARIES)}"
    name, expected = re.search(r"\(SONAME\).*\[(.*)\]", dynamic), expected_name(library)
    if not name or name[1] != expected:
        yield f"has the SONAME {name and name[1]}, not {expected}"
    if "TEXTREL" in dynamic:
        yield "relocates its text"
    size = re.search(r"\.init_array\s+INIT_ARRAY\s+\w+\s+\w+\s+(\w+)", readelf(library, "--section-headers"))
    entries = int(size[1], 16) // POINTER_BYTES if size else 0
    if entries > ENTRIES_OF_THE_COMPILER:
        yield f"has {entries - ENTRIES_OF_THE_COMPILER} static initialisers (see .init_array)"
    stack = re.search(r"GNU_STACK.*", readelf(library, "--program-headers"))
    if not stack or "RWE" in stack[0]:
        yield "asks for an executable stack"


def main(library):
    complaints = [f"{library} {complaint}" for complaint in complaints_about(library)]
    print("\n".join(complaints) or "loads quietly")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
