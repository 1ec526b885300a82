# SPDX-License-Identifier: Apache-2.0
"""Takes files from one queue, counts their lines, words and bytes as wc does, and puts the counts into another.

    file_counts_worker.py WORK_QUEUE RESULT_QUEUE [hold]

Ends when the work queue is shut down. With hold it keeps the first file it takes, for somebody to kill it and see
another worker finish that file.
"""

import os
import re
import signal
import sys

from ipcq import JoinableQueue, Queue, ShutDown

# wc in the C locale: white space ends a word, a visible character begins one, any other byte does neither.
WORD = re.compile(rb"[\x21-\x7e][^ \t\n\v\f\r]*")


def count(path):
    with open(path, "rb") as file:
        content = file.read()
    return content.count(b"\n"), sum(1 for _ in WORD.finditer(content)), len(content)


def hold(path):
    print("holding", path, flush=True)
    while True:
        signal.pause()


def main(work_name, result_name, held=None):
    work, results = JoinableQueue(name=work_name), Queue(name=result_name)
    try:
        while True:
            item = work.get_item()
            path = item.value["file"]
            if held:
                hold(path)
            lines, words, size = count(path)
            results.put({"file": path, "lines": lines, "words": words, "bytes": size, "language": "Python",
                         "pid": os.getpid(), "deliveries": item.deliveries})
            # The result first: killed between the two, the file is counted twice, and the collector keeps one count.
            work.task_done(item.ticket)
    except ShutDown:
        pass


if __name__ == "__main__":
    main(*sys.argv[1:])
