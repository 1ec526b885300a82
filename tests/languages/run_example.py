#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One example in one language, all its roles; it ends with 0 only if its result is right.

usage: run_example.py EXAMPLE LANGUAGE
"""

import sys

from programs import Troupe


def main(example, language):
    with Troupe() as troupe:
        troupe.run(language, example)


if __name__ == "__main__":
    main(*sys.argv[1:])
