# SPDX-License-Identifier: Apache-2.0
"""put_many and get_many: what a batch is, where it ends, and that nothing of it is lost."""

import collections
import os
import queue
import signal
import unittest

import ipcq
from ipcq import _ipcq
from support import QueueTest, wait_until, waiting
from test_values import PORTABLE, PYTHONS_OWN, types


class Raises:
    """What cannot be unpickled."""

    def __reduce__(self):
        return self.fail, ()

    @staticmethod
    def fail():
        raise RuntimeError("on purpose")


class Putting(QueueTest):
    def test_every_kind(self):
        for values in (PORTABLE, PYTHONS_OWN, PORTABLE + PYTHONS_OWN):
            q = self.new_queue()
            self.assertEqual(q.put_many(values), len(values))
            received = q.get_many()
            self.assertEqual(received, values)
            self.assertEqual(types(received), types(values))

    def test_any_sequence(self):
        q = self.new_queue()
        for values in ((1, 2), range(300), collections.deque("abc"), [bytearray(b"a"), memoryview(b"")], [], ()):
            self.assertEqual(q.put_many(values), len(values))
        self.assertEqual(q.get_many(), [1, 2, *range(300), "a", "b", "c", b"a", b""])

    def test_an_iterator_is_refused_because_it_would_lose_the_rest(self):
        q = self.new_queue()
        for no_sequence in (iter([1]), {1}, {1: 2}, 5, None):
            with self.assertRaisesRegex(TypeError, "sequence"):
                q.put_many(no_sequence)
        self.assertTrue(q.empty())

    def test_as_many_as_there_is_room_for(self):
        q = self.new_queue(3)
        self.assertEqual(q.put_many([1, 2]), 2)
        self.assertEqual(q.put_many([3, 4, 5]), 1)
        with self.assertRaises(queue.Full):
            q.put_many([4, 5], block=False)
        with self.assertRaises(queue.Full):
            q.put_many([4, 5], timeout=0.01)
        self.assertEqual(q.put_many([], timeout=0.01), 0)
        self.assertEqual(q.get_many(), [1, 2, 3])

    def test_it_waits_for_room_for_the_first(self):
        q = self.new_queue(1)
        q.put(1)
        counts = []
        putter = self.start(lambda: counts.append(q.put_many(["a", "b"])))
        wait_until(waiting(q, "put"))
        self.assertEqual(q.get(), 1)
        putter.join()
        self.assertEqual((counts, q.get_many()), ([1], ["a"]))

    def test_what_cannot_be_encoded_keeps_the_others_out(self):
        q = self.new_queue(name=self.new_name())
        with self.assertRaises(ipcq.PickleRefused):
            q.put_many([1, [2], (3,)])
        with self.assertRaises(BufferError):
            q.put_many([b"first", memoryview(b"abcdef")[::2]])
        self.assertTrue(q.empty())

    def test_what_can_never_fit_ends_the_batch_before_it(self):
        q = self.new_queue(capacity_bytes=1 << 20)
        rest = [1, bytes(2 << 20), 3]
        self.assertEqual(q.put_many(rest), 1)
        with self.assertRaises(ipcq.TooBig):
            q.put_many(rest[1:])
        self.assertEqual(q.get_many(), [1])

    def test_a_list_that_changes_meanwhile_is_put_as_it_was(self):
        q = self.new_queue(1)
        q.put(1)
        values = [bytes(10000), "text"]
        putter = self.start(q.put_many, values)
        wait_until(waiting(q, "put"))
        values[:] = []
        q.get()
        putter.join()
        self.assertEqual(q.get(), bytes(10000))

    def test_a_buffer_keeps_its_size_while_put_many_waits(self):
        q = self.new_queue(1)
        q.put(1)
        data = bytearray(10000)
        putter = self.start(q.put_many, [data])
        wait_until(waiting(q, "put"))
        with self.assertRaises(BufferError):
            data.extend(b"y")
        q.get()
        putter.join()
        data.extend(b"y")


class Getting(QueueTest):
    def test_up_to_max_items(self):
        q = self.new_queue()
        q.put_many(range(200))
        self.assertEqual(q.get_many(1), [0])
        self.assertEqual(q.get_many(max_items=130), list(range(1, 131)))
        self.assertEqual(q.get_many(1 << 40), list(range(131, 200)))
        with self.assertRaises(queue.Empty):
            q.get_many(block=False)
        with self.assertRaises(queue.Empty):
            q.get_many(timeout=0.01)

    def test_max_items_is_at_least_one(self):
        q = self.new_queue()
        q.put(1)
        for wrong in (0, -1):
            with self.assertRaises((ValueError, OverflowError)):
                q.get_many(wrong)
        self.assertEqual(q.qsize(), 1)

    def test_large_items_among_small_ones(self):
        q = self.new_queue()
        values = [1, bytes(1 << 20), "x" * 20000, 2, *[bytes(9000)] * 5, bytes(3 << 20), 3]
        q.put_many(values)
        self.assertEqual(q.get_many(), values)

    def test_a_batch_ends_before_what_python_does_not_read(self):
        q = self.new_queue()
        q.put(1)
        q._handle.put(b"data", 7, None)
        q.put(2)
        self.assertEqual(q.get_many(), [1])
        with self.assertRaisesRegex(ipcq.WrongType, "type 7"):
            q.get_many()
        self.assertEqual(q.qsize(), 2)

    def test_what_is_broken_does_not_take_the_others_with_it(self):
        q = self.new_queue(kind=ipcq.JoinableQueue)
        for get_many, value in ((q.get_many, lambda value: value), (q.get_many_items, lambda item: item.value)):
            q.put([1])
            q._handle.put(b"\xc1", _ipcq.TYPE_MESSAGEPACK, None)
            q.put_many([2, Raises(), (3,)])
            with self.assertRaises(ipcq.Undecodable) as caught:
                get_many()
            first, broken, second, failed, third = map(value, caught.exception.batch)
            self.assertEqual((first, second, third), ([1], 2, (3,)))
            self.assertIs(broken, caught.exception)
            self.assertEqual(broken.data, b"\xc1")
            self.assertIsInstance(failed.__cause__, RuntimeError)

    def test_items_have_tickets(self):
        q = self.new_queue(kind=ipcq.JoinableQueue)
        q.put_many([1, [2], b"3"])
        items = q.get_many_items()
        self.assertEqual([item.value for item in items], [1, [2], b"3"])
        q.nack(items[1].ticket)
        for item in (items[0], items[2]):
            q.task_done(item.ticket)
        again, = q.get_many_items(10)
        self.assertEqual((again.value, again.deliveries), ([2], 1))
        q.task_done()
        q.join(0)

    def test_each_of_a_batch_is_unfinished(self):
        q = self.new_queue(kind=ipcq.JoinableQueue)
        q.put_many([1, 2])
        q.get_many()
        q.task_done()
        with self.assertRaises(TimeoutError):
            q.join(0)
        q.task_done()
        q.join(0)

    def test_shutdown_and_close(self):
        q = self.new_queue()
        q.put(1)
        q.shutdown()
        self.assertEqual(q.get_many(), [1])
        for use in (q.get_many, q.get_many_items, lambda: q.put_many([1])):
            with self.assertRaises(ipcq.ShutDown):
                use()
        q.close()
        for use in (q.get_many, q.get_many_items, lambda: q.put_many([1])):
            with self.assertRaisesRegex(ValueError, "is closed"):
                use()

    def test_control_c_ends_a_wait_and_takes_nothing(self):
        previous = signal.signal(signal.SIGINT, signal.default_int_handler)
        self.addCleanup(signal.signal, signal.SIGINT, previous)
        q = self.new_queue()

        def interrupt():
            wait_until(waiting(q, "get"))
            os.kill(os.getpid(), signal.SIGINT)
        self.start(interrupt)
        with self.assertRaises(KeyboardInterrupt):
            q.get_many()
        q.put_many([1, 2])
        self.assertEqual(q.get_many(block=False), [1, 2])

    def test_a_stream_between_processes(self):
        q = self.new_queue(100, name=self.new_name())
        process = self.run_program("""
            import sys, ipcq
            q, rest = ipcq.Queue(100, name=sys.argv[1]), list(range(20000))
            while rest:
                rest = rest[q.put_many(rest[:333]):]
        """, q.name)
        received = []
        while len(received) < 20000:
            received += q.get_many(77)
        self.assertEqual(received, list(range(20000)))
        self.assertEqual(process.wait(), 0)

    def test_many_threads_take_each_once(self):
        q, taken = self.new_queue(50), []

        def get():
            while (batch := q.get_many(7)) != [None]:
                if batch[-1] is None:
                    q.put(batch.pop())
                taken.extend(batch)
            q.put(None)
        getters = [self.start(get) for _ in range(3)]
        rest = list(range(3000))
        while rest:
            rest = rest[q.put_many(rest):]
        q.put(None)
        for getter in getters:
            getter.join()
        self.assertEqual(sorted(taken), list(range(3000)))


if __name__ == "__main__":
    unittest.main()
