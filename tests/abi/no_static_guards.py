#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The library has no static object with a guard.

A thread that constructs a function-local static holds its guard. A child that is forked meanwhile inherits the held
guard without that thread, and waits for ever at its first use.

usage: no_static_guards.py LIBRARY
"""

import re
import subprocess
import sys


def guards(library):
    """The functions of the C++ runtime that take and release a guard, as far as the library calls them."""
    imported = subprocess.run(
        ["nm", "-D", "--undefined-only", library], check=True, capture_output=True, text=True
    ).stdout
    if "fork" not in imported:
        sys.exit(f"{library}: no import of fork handlers was found, so this test reads the wrong thing")
    return sorted(set(re.findall(r"__cxa_guard_\w+", imported)))


def main(library):
    found = guards(library)
    print(f"{library} calls {', '.join(found)}" if found else "no static object has a guard")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
