# SPDX-License-Identifier: Apache-2.0
import time
from multiprocessing import Queue
from queue import Full

q = Queue(3)
q.put("hello")
q.put([1, 2, 3, 4])
q.put({"name": "alex", "age": 15})
print(q.full())
try:
    q.put((1, 2), True, 0.01)
except Full:
    print("full")
print(q.get())
print(q.get())
print(q.get(True, 10))
time.sleep(0.1)  # multiprocessing's feeder thread may come late
print(q.empty())
q.put((1, {2}, None, b"\0"))
print(q.get())
