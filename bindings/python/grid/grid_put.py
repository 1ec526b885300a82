# SPDX-License-Identifier: Apache-2.0
"""grid_put.py NAME: puts one value of every kind."""

import sys

from ipcq import Queue
from values import VALUES

queue = Queue(name=sys.argv[1])
for value in VALUES:
    queue.put(value)
