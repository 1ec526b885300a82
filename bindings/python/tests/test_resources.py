# SPDX-License-Identifier: Apache-2.0
"""What is opened is closed, what is allocated is freed."""

import gc
import os
import pickle
import queue
import resource
import unittest

import ipcq
from support import QueueTest


def descriptors():
    return sorted(os.listdir("/proc/self/fd"))


def memory_kib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


class Resources(QueueTest):
    def test_descriptors(self):
        ipcq.Queue().close()
        before = descriptors()
        for _ in range(50):
            q = ipcq.Queue()
            q.put(1)
            q.get()
            del q
        gc.collect()
        self.assertEqual(descriptors(), before)

    def test_a_refused_open_leaves_nothing(self):
        name = self.new_name()
        self.new_queue(3, name=name)
        before = descriptors()
        for _ in range(50):
            with self.assertRaises(ipcq.Mismatch):
                ipcq.Queue(4, name=name)
        self.assertEqual(descriptors(), before)

    def test_nothing_is_left_to_the_garbage_collector(self):
        q = self.new_queue(kind=ipcq.JoinableQueue)

        def refused():
            q._handle.put(b"\xc1", ipcq.TYPE_MESSAGEPACK, None)
            with self.assertRaises(ipcq.Undecodable):
                q.get()

        def broken():
            q._handle.put(b"", ipcq.TYPE_PICKLE, None)
            with self.assertRaises(ipcq.Undecodable):
                q.get()
        gc.collect()
        gc.disable()
        self.addCleanup(gc.enable)
        for call in (lambda: q.put((1, 2)), q.get, lambda: q.put_many([{1}, 2**64]), q.get_many, refused, broken):
            call()
            self.assertEqual(gc.collect(), 0)

    def test_memory(self):
        q, refusing = self.new_queue(), self.new_queue(1)
        refusing.put(1)
        large = bytes(100_000)

        def use(times):
            for number in range(times):
                q.put(number)
                q.put(large)
                q.get()
                q.put(large)
                self.assertEqual(len(q.get()), len(large))
                self.assertEqual(len(q.get_item().value), len(large))
                with self.assertRaises(queue.Full):
                    refusing.put_nowait(large)
                with self.assertRaises(queue.Empty):
                    q.get_nowait()
        use(500)
        before = memory_kib()
        use(2000)
        # A leak of the large item alone would be 195 MiB.
        self.assertLess(memory_kib() - before, 20_000)

    def test_memory_of_batches_and_of_items_in_place(self):
        q, large = self.new_queue(kind=ipcq.JoinableQueue), bytes(100_000)
        values = [large, bytearray(large), [large], "text", 1]

        def use(times):
            for _ in range(times):
                q.put_many(values)
                for item in q.get_many_items():
                    q.task_done(item.ticket)
                q.put_many(values)
                for _ in q.get_many():
                    q.task_done()
                with self.assertRaises((AttributeError, pickle.PicklingError)):
                    q.put_many([bytearray(large), lambda: None])
                with q.reserve(len(large)) as reserved:
                    reserved.view[:] = large
                    reserved.commit()
                with q.borrow() as item:
                    self.assertEqual(item.view, large)
                q.reserve(len(large))
        use(50)
        before = memory_kib()
        use(400)
        # A leak of one large item a round would be 39 MiB.
        self.assertLess(memory_kib() - before, 20_000)
        self.assertEqual(q._regions, {})


if __name__ == "__main__":
    unittest.main()
