# SPDX-License-Identifier: Apache-2.0
"""The methods of multiprocessing's queues, one by one, and how queues are opened."""

import os
import pickle
import queue
import time
import unittest

import ipcq
from support import QueueTest


class Surface(QueueTest):
    def test_first_in_first_out(self):
        q = self.new_queue()
        for number in range(1000):
            q.put(number)
        self.assertEqual(q.qsize(), 1000)
        self.assertEqual([q.get() for _ in range(1000)], list(range(1000)))
        self.assertTrue(q.empty())

    def test_maxsize(self):
        q = self.new_queue(2)
        self.assertFalse(q.full())
        q.put(1)
        q.put(2)
        self.assertTrue(q.full())
        with self.assertRaises(queue.Full) as caught:
            q.put_nowait(3)
        self.assertIs(type(caught.exception), queue.Full)
        with self.assertRaises(queue.Full):
            q.put(3, timeout=0.01)
        self.assertEqual(q.qsize(), 2)

    def test_maxsize_below_one_means_unbounded(self):
        for maxsize in (0, -1):
            self.assertEqual(self.new_queue(maxsize).stat()["max_items"], 0)

    def test_empty_is_the_class_of_the_queue_module(self):
        q = self.new_queue()
        for get in (q.get_nowait, lambda: q.get(False), lambda: q.get(timeout=0.01), lambda: q.get(True, -1)):
            with self.assertRaises(queue.Empty) as caught:
                get()
            self.assertIs(type(caught.exception), queue.Empty)
        self.assertIs(ipcq.Empty, queue.Empty)
        self.assertIs(ipcq.Full, queue.Full)

    def test_timeout_is_waited_for(self):
        q = self.new_queue()
        start = time.monotonic()
        with self.assertRaises(queue.Empty):
            q.get(timeout=0.7)  # longer than one uninterrupted wait
        self.assertGreaterEqual(time.monotonic() - start, 0.7)

    def test_timeout_must_be_a_number(self):
        q = self.new_queue()
        with self.assertRaises(TypeError):
            q.get(timeout="soon")

    def test_the_feeder_thread_that_is_not_there(self):
        q = self.new_queue()
        q.cancel_join_thread()
        q.put(1)
        q.close()
        q.join_thread()

    def test_context_manager_closes(self):
        with ipcq.Queue() as q:
            q.put(1)
        with self.assertRaises(ValueError):
            q.put(2)

    def test_closed_handle(self):
        q = self.new_queue(name=self.new_name())
        other = self.new_queue(name=q.name)
        q.put(1)
        q.close()
        q.close()
        for use in (lambda: q.put(1), q.get, q.get_item):
            with self.assertRaisesRegex(ValueError, f"Queue .*{q.name}.* is closed"):
                use()
        for use in (q.qsize, q.empty, q.full, q.stat, q.participants, q.shutdown):
            with self.assertRaises(ValueError):
                use()
        self.assertEqual(other.get(timeout=0), 1)

    def test_named(self):
        name = self.new_name()
        first = self.new_queue(name=name, create=True)
        second = self.new_queue(name=name, create=False)
        first.put("hello")
        self.assertEqual(second.get(timeout=0), "hello")
        self.assertEqual(first.name, name)
        self.assertIn(name, repr(first))

    def test_unlink(self):
        name = self.new_name()
        q = self.new_queue(name=name)
        q.unlink()
        with self.assertRaises(FileNotFoundError):
            ipcq.Queue(name=name, create=False)
        with self.assertRaises(FileNotFoundError):
            ipcq.unlink(name)
        q.put(1)
        self.assertEqual(q.get(), 1)

    def test_anonymous_queues_are_different(self):
        self.assertNotEqual(self.new_queue().name, self.new_queue().name)

    def test_stat_and_participants(self):
        q = self.new_queue(5, kind=ipcq.JoinableQueue)
        q.put(1)
        q.put(2)
        q.get()
        stat = q.stat()
        self.assertEqual((stat["items"], stat["taken"], stat["puts"], stat["max_items"]), (1, 1, 2, 5))
        self.assertIs(stat["joinable"], True)
        participant, = q.participants()
        self.assertEqual((participant["pid"], participant["self"], participant["taken"]), (os.getpid(), True, 1))

    def test_shutdown(self):
        q = self.new_queue()
        q.put(1)
        q.shutdown()
        with self.assertRaises(ipcq.ShutDown):
            q.put(2)
        self.assertEqual(q.get(), 1)
        with self.assertRaises(ipcq.ShutDown):
            q.get()

    def test_immediate_shutdown(self):
        q = self.new_queue()
        q.put(1)
        q.shutdown(immediate=True)
        with self.assertRaises(ipcq.ShutDown):
            q.get()

    def test_shutdown_class_is_pythons_where_it_has_one(self):
        self.assertIs(ipcq.ShutDown, getattr(queue, "ShutDown", ipcq.ShutDown))


class Refusals(QueueTest):
    def test_names(self):
        for name in ("", ".hidden", "a/b", "a\0b", "grüße", "x" * 201, "amqp://host/queue"):
            with self.subTest(name), self.assertRaises(ipcq.BadName) as caught:
                ipcq.Queue(name=name)
            self.assertIsInstance(caught.exception, ValueError)
        for no_text in (b"bytes", 5):
            with self.assertRaises(TypeError):
                ipcq.Queue(name=no_text)

    def test_create_only(self):
        name = self.new_name()
        self.new_queue(name=name)
        with self.assertRaises(FileExistsError) as caught:
            ipcq.Queue(name=name, create=True)
        self.assertEqual(caught.exception.code, ipcq._ipcq.EXISTS)

    def test_open_only(self):
        with self.assertRaises(FileNotFoundError) as caught:
            ipcq.Queue(name=self.new_name(), create=False)
        self.assertIsInstance(caught.exception, ipcq.Error)

    def test_other_options(self):
        name = self.new_name()
        self.new_queue(3, name=name)
        with self.assertRaises(ipcq.Mismatch):
            ipcq.Queue(4, name=name)
        with self.assertRaises(ipcq.Mismatch):
            ipcq.JoinableQueue(3, name=name)
        joinable = self.new_queue(name=self.new_name(), kind=ipcq.JoinableQueue)
        with self.assertRaises(ipcq.Mismatch):
            ipcq.Queue(name=joinable.name)

    def test_too_big(self):
        q = self.new_queue(capacity_bytes=1 << 20)
        with self.assertRaises(ValueError) as caught:
            q.put(bytes(2 << 20))
        self.assertIsInstance(caught.exception, ipcq.TooBig)
        self.assertTrue(q.empty())

    def test_errors_can_be_pickled(self):
        for error in (ipcq.NotFound(2, "none"), ipcq.TooBig("too big"), ipcq.ShutDown("shut down"),
                      ipcq.Undecodable("broken", b"1")):
            error.code = -5
            copy = pickle.loads(pickle.dumps(error))
            self.assertEqual((type(copy), copy.args, copy.code), (type(error), error.args, -5))

    def test_another_users_queue(self):
        if os.getuid() != 0:
            self.skipTest("only root can give a queue to another user")
        name = self.new_name()
        self.new_queue(name=name)
        os.chown(f"/dev/shm/ipcq.{name}", 65534, 65534)
        with self.assertRaises(PermissionError):
            ipcq.Queue(name=name)
        trusting = self.new_queue(name=name, any_owner=True)
        trusting.put("hello")
        copy = pickle.loads(pickle.dumps(trusting))
        self.addCleanup(copy.close)
        self.assertEqual(copy.get(timeout=0), "hello")

    def test_mode(self):
        name = self.new_name()
        self.new_queue(name=name, mode=0o660)
        self.assertEqual(os.stat(f"/dev/shm/ipcq.{name}").st_mode & 0o7777, 0o660)
        for mode in (0o640, 0o644, 0o4600, 0o400):
            with self.subTest(oct(mode)), self.assertRaisesRegex(ipcq.Invalid, f"{mode:04o}"):
                ipcq.Queue(mode=mode)

    def test_options_out_of_range(self):
        for options in ({"max_participants": 1 << 20}, {"max_participants": -1}, {"capacity_bytes": -1}):
            with self.subTest(options), self.assertRaises((ValueError, OverflowError)):
                ipcq.Queue(**options)


if __name__ == "__main__":
    unittest.main()
