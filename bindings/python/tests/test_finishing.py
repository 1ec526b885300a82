# SPDX-License-Identifier: Apache-2.0
"""task_done, nack and join."""

import threading
import unittest
import warnings

import ipcq
from support import QueueTest, wait_until, waiting


class Finishing(QueueTest):
    def new_joinable(self, *numbers):
        q = self.new_queue(kind=ipcq.JoinableQueue)
        for number in numbers:
            q.put(number)
        return q

    def test_join_waits_for_task_done(self):
        q = self.new_joinable(1, 2)
        joiner = self.start(q.join)
        wait_until(waiting(q, "join"))
        for _ in range(2):
            q.get()
            self.assertTrue(joiner.is_alive())
            q.task_done()
        joiner.join()

    def test_join_of_nothing_returns(self):
        self.new_joinable().join()

    def test_join_in_vain(self):
        q = self.new_joinable(1)
        for timeout in (0, 0.01):
            with self.assertRaises(TimeoutError):
                q.join(timeout)

    def test_too_many_task_done(self):
        q = self.new_joinable(1)
        q.get()
        q.task_done()
        with self.assertRaisesRegex(ValueError, r"^task_done\(\) called too many times$"):
            q.task_done()

    def test_plain_queue_has_no_task_done(self):
        self.assertFalse(hasattr(self.new_queue(), "task_done"))

    def test_each_thread_finishes_its_own(self):
        q = self.new_joinable("first", "second")
        self.assertEqual(q.get(), "first")
        finished = threading.Event()

        def other():
            self.assertEqual(q.get(), "second")
            q.task_done()
            finished.set()
        self.start(other)
        self.assertTrue(finished.wait(60))
        q.nack()
        item = q.get_item()
        self.assertEqual((item.value, item.deliveries), ("first", 1))

    def test_a_thread_may_finish_what_another_took(self):
        q = self.new_joinable(1)
        taken = []
        self.start(lambda: taken.append(q.get_item())).join()
        q.task_done(taken[0].ticket)
        q.join(0)

    def test_the_oldest_first(self):
        q = self.new_joinable("first", "second")
        q.get()
        second = q.get_item()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ipcq.AmbiguousWarning)
            q.task_done()
        q.nack()
        again = q.get_item()
        self.assertEqual((again.value, again.deliveries), (second.value, 1))

    def test_nack_puts_back_in_order(self):
        q = self.new_joinable(1, 2, 3)
        items = [q.get_item(), q.get_item()]
        for item in reversed(items):
            q.nack(item.ticket)
        self.assertEqual([q.get(timeout=0) for _ in range(3)], [1, 2, 3])

    def test_a_stale_ticket(self):
        q = self.new_joinable(1)
        item = q.get_item()
        q.task_done(item.ticket)
        for finish in (q.task_done, q.nack):
            with self.assertRaises(ipcq.NotTaken):
                finish(item.ticket)

    def test_close_gives_back(self):
        name = self.new_name()
        q = self.new_queue(name=name, kind=ipcq.JoinableQueue)
        other = self.new_queue(name=name, kind=ipcq.JoinableQueue)
        for number in range(3):
            q.put(number)
        self.assertEqual([other.get(), other.get()], [0, 1])
        other.close()
        self.assertEqual([q.get(timeout=0) for _ in range(3)], [0, 1, 2])


if __name__ == "__main__":
    unittest.main()
