#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One language puts a value of every kind, another takes them and says whether each arrived as its own.

usage: run_grid.py [WRITER READER]; without arguments all pairs, one after the other through one queue
"""

import sys

from named_queue import NamedQueue
from programs import LANGUAGES, Troupe


def pass_values(troupe, queue, writer, reader):
    troupe.run(writer, "grid_put", queue.name)
    troupe.run(reader, "grid_get", queue.name)
    queue.must_be_empty()
    print(f"ok: {writer} to {reader}", flush=True)


def main(pair):
    pairs = [tuple(pair)] if pair else [(writer, reader) for writer in LANGUAGES for reader in LANGUAGES]
    with NamedQueue("grid") as queue, Troupe() as troupe:
        for writer, reader in pairs:
            pass_values(troupe, queue, writer, reader)


if __name__ == "__main__":
    main(sys.argv[1:])
