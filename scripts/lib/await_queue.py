# SPDX-License-Identifier: Apache-2.0
"""Waits until a joinable queue is as the demo needs it to be.

usage: await_queue.py QUEUE idle WORKERS    that many getters are asleep
       await_queue.py QUEUE left ITEMS      no more than that many items are unfinished
"""

import sys
import time

from ipcq import JoinableQueue

LOOK_AGAIN_S = 0.02


def main(name, condition, number):
    reached = {
        "idle": lambda stat: stat["getters_waiting"] >= int(number),
        "left": lambda stat: stat["items"] + stat["taken"] <= int(number),
    }[condition]
    queue = JoinableQueue(name=name)
    while not reached(queue.stat()):
        time.sleep(LOOK_AGAIN_S)


if __name__ == "__main__":
    main(*sys.argv[1:])
