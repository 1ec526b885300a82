# SPDX-License-Identifier: Apache-2.0
"""grid_get.py NAME: gets one value of every kind; exit code 0 if each arrived as what it is."""

import sys

from ipcq import Queue
from values import VALUES

SECONDS = 30


def same(left, right):
    """Equal, and of equal types all the way down: 1 is not True, nor 1.0."""
    if type(left) is not type(right):
        return False
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return left == right


queue = Queue(name=sys.argv[1])
wrong = 0
for expected in VALUES:
    value = queue.get(timeout=SECONDS)
    if not same(value, expected):
        print(f"put {expected!r}, got {value!r}")
        wrong += 1
sys.exit(wrong > 0)
