# SPDX-License-Identifier: Apache-2.0
"""Waits until every file is counted and prints the counts, which must add up to what wc says.

    file_counts_collector.py WORK_QUEUE RESULT_QUEUE

Start it when every file has been put. It shuts the work queue down when the work is done, so that the workers end.
"""

import subprocess
import sys

from ipcq import Empty, JoinableQueue, Queue

PROGRESS_S = 0.2
COUNTS = ("lines", "words", "bytes")


def wait(work):
    while True:
        try:
            return work.join(timeout=PROGRESS_S)
        except TimeoutError:
            stat = work.stat()
            print(f"{stat['dones']} of {stat['puts']} files finished, {stat['taken']} in work", flush=True)


def collect(results):
    """Result by file. A second result for a file is one that a killed worker had put before its task_done."""
    by_file = {}
    try:
        while True:
            result = results.get_nowait()
            by_file.setdefault(result["file"], result)
    except Empty:
        return by_file


def print_table(by_file, totals):
    width = max(map(len, by_file), default=5)
    print(f"{'file':{width}} {'lines':>8} {'words':>8} {'bytes':>10}  language")
    for path, result in sorted(by_file.items()):
        print(f"{path:{width}} {result['lines']:8} {result['words']:8} {result['bytes']:10}  {result['language']}")
    print(f"{'total':{width}} {totals[0]:8} {totals[1]:8} {totals[2]:10}")


def wc(paths):
    total = [0, 0, 0]
    for path in paths:
        answer = subprocess.run(["wc", "-lwc", "--", path], stdout=subprocess.PIPE, check=True, env={"LC_ALL": "C"})
        total = [left + int(right) for left, right in zip(total, answer.stdout.split())]
    return total


def main(work_name, result_name):
    work, results = JoinableQueue(name=work_name), Queue(name=result_name)
    wait(work)
    work.shutdown()
    by_file = collect(results)
    totals = [sum(result[count] for result in by_file.values()) for count in COUNTS]
    print_table(by_file, totals)
    for path, result in by_file.items():
        if result["deliveries"]:
            print(f"given back by a worker that died: {path}; finished by {result['language']}, pid {result['pid']}")
    expected = wc(by_file)
    right = by_file and totals == expected
    print("wc says the same" if right else f"wc says {expected}")
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
