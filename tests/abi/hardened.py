#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shipped libraries were compiled and linked with the flags of cmake/hardening.cmake.

usage: hardened.py [--unoptimised] [--hide FOLDER]... LIBRARY...

FOLDER is one of the build: no library names it. Without optimisation there are no checked calls to look for.
"""

import argparse
import re
import sys

from elf import Elf

# With _FORTIFY_SOURCE a call of one of these becomes one of __NAME_chk, if the compiler knows the size of the target.
CHECKED = re.compile(r"__(\w+)_chk")
CHECKABLE = {"printf", "fprintf", "vfprintf", "sprintf", "snprintf", "vsprintf", "vsnprintf", "memcpy", "memset"}
LANDING_PADS = {
    "Advanced Micro Devices X86-64": {"f30f1efa": "endbr64"},
    "AArch64": {"3f2303d5": "paciasp", "5f2403d5": "bti c"},
}


def complaints_about(elf, optimised, hidden):
    yield from link_complaints(elf)
    yield from code_complaints(elf, optimised)
    for folder in hidden:
        if re.search(rb"(?<![\w./-])" + re.escape(folder.encode()) + rb"(?![\w.-])", elf.path.read_bytes()):
            yield f"names the build's folder {folder}"


def link_complaints(elf):
    segments = elf.segments()
    types = {kind for kind, _ in segments}
    if "GNU_RELRO" not in types:
        yield "has no RELRO"
    if "BIND_NOW" not in elf.dynamic:
        yield "binds lazily, so that its RELRO is not full"
    if "GNU_STACK" not in types or any("E" in flags for kind, flags in segments if kind == "GNU_STACK"):
        yield "asks for an executable stack"
    if any("W" in flags and "E" in flags for kind, flags in segments if kind == "LOAD"):
        yield "has memory that is writable and executable"


def code_complaints(elf, optimised):
    imports = elf.imports()
    if "__stack_chk_fail" not in imports:
        yield "has no stack protector"
    if optimised and imports & CHECKABLE and not any(CHECKED.fullmatch(name) for name in imports):
        yield f"was compiled without _FORTIFY_SOURCE: none of {', '.join(sorted(imports & CHECKABLE))} is checked"
    pads = LANDING_PADS[elf.machine]
    starts = elf.starts_of_functions(4)
    without = sorted(name for name, start in starts.items() if start.hex() not in pads)
    if without or not starts:
        yield f"has functions without {' or '.join(pads.values())}: {', '.join(without) or 'it exports none'}"
    if elf.machine.endswith("X86-64") and not re.search(r"x86 feature:.*SHSTK", elf.notes):
        yield "has no CET note for the shadow stack"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--unoptimised", action="store_true")
    parser.add_argument("--hide", action="append", default=[], metavar="FOLDER")
    parser.add_argument("libraries", nargs="+", metavar="LIBRARY")
    options = parser.parse_args()
    failed = False
    for library in options.libraries:
        complaints = list(complaints_about(Elf(library), not options.unoptimised, options.hide))
        print("\n".join(f"{library} {complaint}" for complaint in complaints) or f"{library} is hardened")
        failed |= bool(complaints)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
