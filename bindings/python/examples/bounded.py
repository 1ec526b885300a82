# SPDX-License-Identifier: Apache-2.0
"""A queue has room for three items. A text, a list and a map fill it, and three gets empty it.

    bounded.py              all roles
    bounded.py put NAME     one role, in a queue that programs in other languages can open
    bounded.py get NAME
"""

import sys
from queue import Full

from ipcq import Queue

VALUES = ["hello", [1, 2, 3, 4], {"name": "alex", "age": 15}]


def put(queue):
    for value in VALUES:
        queue.put(value)
    print("full:", queue.full())


def get(queue):
    values = [queue.get() for _ in VALUES]
    print(*values, sep="\n")
    print("empty:", queue.empty())
    return 0 if values == VALUES else 1


def main():
    queue = Queue(3)
    put(queue)
    try:
        queue.put("a fourth", block=False)
        return 1
    except Full:
        print("no room for a fourth")
    return get(queue)


if __name__ == "__main__":
    if len(sys.argv) == 1:
        sys.exit(main())
    role, name = sys.argv[1:]
    sys.exit({"put": put, "get": get}[role](Queue(3, name=name)))
