# SPDX-License-Identifier: Apache-2.0
"""Three producers put two buns each, and wait in join() until every bun is finished. The consumers would wait for
ever, so the main process ends them.

    joinable.py                     all roles
    joinable.py produce NAME WHO    one role, in a queue that programs in other languages can open
    joinable.py consume NAME WHO    until the queue is shut down
"""

import sys
from multiprocessing import Process

from ipcq import JoinableQueue


def produce(queue, who):
    for number in range(2):
        queue.put(f"bun {number} of {who}")
        print(f"{who} made bun {number}", flush=True)
    queue.join()
    print(f"{who} knows that every bun is eaten", flush=True)


def consume(queue, who):
    for bun in queue.deliveries():  # each is finished when the next is asked for, and given back if this process dies
        print(f"{who} ate {bun.value}", flush=True)


def main(queue):
    producers = [Process(target=produce, args=(queue, who)) for who in ("producer 1", "producer 2", "producer 3")]
    consumers = [Process(target=consume, args=(queue, who), daemon=True) for who in ("consumer 1", "consumer 2")]
    for process in producers + consumers:
        process.start()
    for producer in producers:
        producer.join()
    stat = queue.stat()
    return 0 if stat["puts"] == stat["dones"] == 6 else 1


if __name__ == "__main__":
    if len(sys.argv) == 1:
        # A variable of the module, which goes when Python has ended the daemons: so this process is the last to leave.
        buns = JoinableQueue()
        sys.exit(main(buns))
    role, name, who = sys.argv[1:]
    {"produce": produce, "consume": consume}[role](JoinableQueue(name=name), who)
