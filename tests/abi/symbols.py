#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The library exports what the header declares and the version script lists: no more, no less.

usage: symbols.py LIBRARY SOURCE_TREE
"""

import re
import subprocess
import sys
from pathlib import Path


def exported(library):
    """Names of `nm -D` with their versions cut off; the version nodes themselves (type A) are no symbols."""
    lines = subprocess.run(
        ["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    fields = [line.split() for line in lines]
    return {name.split("@")[0] for _, kind, name in fields if kind != "A"}


def declared(header):
    """Functions of the header: a name before a parenthesis at the start of a declaration, outside comments."""
    text = re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.DOTALL)
    text = re.sub(r"^\s*#.*(\\\n.*)*$", "", text, flags=re.MULTILINE)
    return set(re.findall(r"^\w[\w\s*]*?\b(ipcq_\w+)\(", text, flags=re.MULTILINE))


def listed(version_script):
    text = re.sub(r"(?s:/\*.*?\*/)|#.*", "", version_script.read_text())
    if "*" in re.sub(r"local:\s*\*;", "", text):
        sys.exit(f"{version_script}: a glob exports what nobody meant to export")
    return set(re.findall(r"\b(ipcq_\w+)\s*;", text))


def main(library, tree):
    header = declared(Path(tree) / "c_api/include/ipcq.h.in")
    script = listed(Path(tree) / "c_api/ipcq.map")
    binary = exported(library)
    complaints = []
    for left, right, words in (
        (header, script, "declared in ipcq.h and missing in ipcq.map"),
        (script, header, "listed in ipcq.map and not declared in ipcq.h"),
        (script, binary, "listed in ipcq.map and not exported"),
        (binary, script, "exported and not listed in ipcq.map"),
    ):
        complaints += [f"{name}: {words}" for name in sorted(left - right)]
    if not header:
        complaints.append("no function found in ipcq.h: this test cannot read it any more")
    print("\n".join(complaints) or f"{len(binary)} symbols, in the header, the version script and the library alike")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
