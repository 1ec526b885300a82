# SPDX-License-Identifier: Apache-2.0
"""Three producers and two consumers, and two ways to tell the consumers that no more items come. One way is a
sentinel, None, for each consumer. The better way is a shutdown, which needs no count of consumers.

    sentinels.py                       all roles, ended in both ways
    sentinels.py produce NAME WHO      one role, in a queue that programs in other languages can open
    sentinels.py consume NAME WHO      until a None or the shutdown comes
    sentinels.py end NAME CONSUMERS    puts one None for each consumer
    sentinels.py shutdown NAME
"""

import sys
from multiprocessing import Process

from ipcq import Queue, ShutDown


def produce(queue, who):
    for number in range(10):
        queue.put(f"bun {number} of {who}")
        print(f"{who} made bun {number}", flush=True)


def consume(queue, who, counts=None):
    eaten = 0
    try:
        while (bun := queue.get()) is not None:
            print(f"{who} ate {bun}", flush=True)
            eaten += 1
    except ShutDown:
        pass
    if counts:
        counts.put(eaten)


def end(queue, consumers):
    for _ in range(int(consumers)):
        queue.put(None)


def shutdown(queue):
    queue.shutdown()


def story(end_of_queue):
    queue, counts = Queue(), Queue()
    producers = [Process(target=produce, args=(queue, who)) for who in ("alex", "peiqi", "egon")]
    consumers = [Process(target=consume, args=(queue, who, counts)) for who in ("xiaoming", "xiaohong")]
    for process in producers + consumers:
        process.start()
    for producer in producers:
        producer.join()
    end_of_queue(queue)
    for consumer in consumers:
        consumer.join()
    return sum(counts.get_nowait() for _ in consumers) == 30


def main():
    by_sentinels = story(lambda queue: end(queue, 2))
    print("ended by sentinels")
    by_shutdown = story(shutdown)
    print("ended by shutdown")
    return 0 if by_sentinels and by_shutdown else 1


if __name__ == "__main__":
    if len(sys.argv) == 1:
        sys.exit(main())
    role, name, *rest = sys.argv[1:]
    {"produce": produce, "consume": consume, "end": end, "shutdown": shutdown}[role](Queue(name=name), *rest)
