# SPDX-License-Identifier: Apache-2.0
"""ELF files, as readelf shows them."""

import re
import subprocess
from pathlib import Path


def readelf(library, option):
    return subprocess.run(
        ["readelf", "--wide", option, library], check=True, capture_output=True, text=True
    ).stdout


class Elf:
    def __init__(self, path):
        self.path = Path(path)
        self.machine = re.search(r"Machine:\s+(.*)", readelf(path, "--file-header"))[1]
        self.dynamic = readelf(path, "--dynamic")
        self.notes = readelf(path, "--notes")

    def segments(self):
        """Pairs of type and flags; a type may occur often."""
        lines = readelf(self.path, "--program-headers")
        return re.findall(r"^\s+([A-Z_]+)(?:\s+0x\w+){5}\s+([RWE ]{3})\s", lines, flags=re.MULTILINE)

    def symbols(self):
        """Fields of each dynamic symbol: value, size, type, binding, visibility, section, name without its version."""
        rows = [line.split() for line in readelf(self.path, "--dyn-syms").splitlines()]
        return [[*row[1:7], row[7].split("@")[0]] for row in rows if len(row) >= 8 and row[0][:-1].isdigit()]

    def imports(self):
        return {name for *_, section, name in self.symbols() if section == "UND"}

    def starts_of_functions(self, length):
        """The first bytes of each exported function, by its name."""
        sections = re.search(r"\s\.text\s+PROGBITS\s+(\w+)\s+(\w+)", readelf(self.path, "--section-headers"))
        to_offset = int(sections[2], 16) - int(sections[1], 16)
        image = self.path.read_bytes()
        found = {}
        for value, _, kind, _, _, section, name in self.symbols():
            if kind == "FUNC" and section != "UND":
                begin = int(value, 16) + to_offset
                found[name] = image[begin:begin + length]
        return found
