# SPDX-License-Identifier: Apache-2.0
"""Blocked calls: signals, other threads, the end of the interpreter."""

import os
import queue
import signal
import threading
import time
import unittest

import ipcq
from support import QueueTest, wait_until, waiting


class Interrupt(Exception):
    """What this test's signal handler raises."""


class Signals(QueueTest):
    def handle(self, number, handler):
        previous = signal.signal(number, handler)
        self.addCleanup(signal.signal, number, previous)

    def send_when(self, condition, number):
        def send():
            wait_until(condition)
            os.kill(os.getpid(), number)
        return self.start(send)

    def blocked_calls(self):
        empty, full, unfinished = self.new_queue(), self.new_queue(1), self.new_queue(kind=ipcq.JoinableQueue)
        full.put(1)
        unfinished.put(1)
        return (empty, "get", empty.get), (full, "put", lambda: full.put(2)), (unfinished, "join", unfinished.join)

    def test_control_c_ends_a_wait(self):
        self.handle(signal.SIGINT, signal.default_int_handler)
        for q, verb, call in self.blocked_calls():
            for argument in ({}, {"timeout": 100}):
                if verb == "put" and argument:
                    continue
                with self.subTest(verb, **argument):
                    before = q.qsize()
                    sender = self.send_when(waiting(q, verb), signal.SIGINT)
                    with self.assertRaises(KeyboardInterrupt):
                        call(**argument)
                    sender.join()
                    self.assertEqual(q.qsize(), before)

    def test_what_a_handler_raises_comes_out(self):
        def handler(*_):
            raise Interrupt
        self.handle(signal.SIGUSR1, handler)
        q = self.new_queue()
        self.send_when(waiting(q, "get"), signal.SIGUSR1)
        with self.assertRaises(Interrupt):
            q.get()

    def test_handled_signals_keep_the_deadline(self):
        caught = []
        self.handle(signal.SIGALRM, lambda *_: caught.append(1))
        q = self.new_queue()
        signal.setitimer(signal.ITIMER_REAL, 0.02, 0.02)
        self.addCleanup(signal.setitimer, signal.ITIMER_REAL, 0)
        start = time.monotonic()
        with self.assertRaises(queue.Empty):
            q.get(timeout=0.3)
        self.assertGreaterEqual(time.monotonic() - start, 0.3)
        signal.setitimer(signal.ITIMER_REAL, 0)
        self.assertGreater(len(caught), 2)

    def test_handled_signals_do_not_end_an_endless_wait(self):
        q = self.new_queue()
        self.handle(signal.SIGUSR1, lambda *_: q.put("from the handler"))
        self.send_when(waiting(q, "get"), signal.SIGUSR1)
        self.assertEqual(q.get(), "from the handler")


class Threads(QueueTest):
    def test_others_run_while_one_waits(self):
        q = self.new_queue()
        ticks = []

        def tick():
            wait_until(waiting(q, "get"))
            for number in range(100):
                ticks.append(number)
                time.sleep(0)
            q.put("enough")
        self.start(tick)
        self.assertEqual(q.get(), "enough")
        self.assertEqual(len(ticks), 100)

    def test_a_buffer_keeps_its_size_while_put_waits(self):
        q = self.new_queue(1)
        q.put(1)
        data = bytearray(b"x" * 10000)
        putter = self.start(q.put, data)
        wait_until(waiting(q, "put"))
        with self.assertRaises(BufferError):
            data.extend(b"y")
        q.get()
        putter.join()
        data.extend(b"y")
        self.assertEqual(q.get(), b"x" * 10000)

    def test_close_wakes_waiting_threads(self):
        q = self.new_queue()
        raised = []

        def get():
            try:
                q.get()
            except ValueError as error:
                raised.append(error)
        getters = [self.start(get) for _ in range(3)]
        wait_until(lambda: q.stat()["getters_waiting"] == 3)
        q.close()
        for getter in getters:
            getter.join()
        self.assertEqual(len(raised), 3)

    def test_many_threads_on_one_queue(self):
        q, sums = self.new_queue(10), []

        def get():
            sums.append(sum(iter(q.get, None)))

        def put(first):
            for number in range(first, first + 1000):
                q.put(number)
        getters = [self.start(get) for _ in range(3)]
        putters = [self.start(put, first) for first in (0, 1000, 2000)]
        for putter in putters:
            putter.join()
        for _ in getters:
            q.put(None)
        for getter in getters:
            getter.join()
        self.assertEqual(sum(sums), sum(range(3000)))

    def test_a_dropped_queue_lives_until_its_call_returns(self):
        q = ipcq.Queue(name=self.new_name())
        other = self.new_queue(name=q.name)
        received = []
        getter = threading.Thread(target=lambda get: received.append(get()), args=(q.get,), daemon=True)
        getter.start()
        wait_until(waiting(other, "get"))
        del q
        other.put("still there")
        getter.join()
        self.assertEqual(received, ["still there"])

    def test_daemon_threads_do_not_keep_the_interpreter(self):
        names = [self.new_name() for _ in range(3)]
        process = self.run_program("""
            import sys, threading, time, ipcq
            first, second, third = sys.argv[1:]
            empty, full, unfinished = ipcq.Queue(name=first), ipcq.Queue(1, name=second), ipcq.JoinableQueue(name=third)
            full.put(1)
            unfinished.put(1)
            for call in (empty.get, lambda: full.put(2), unfinished.join):
                threading.Thread(target=call, daemon=True).start()
            while not (empty.stat()["getters_waiting"] and full.stat()["putters_waiting"]
                       and unfinished.stat()["joiners_waiting"]):
                time.sleep(0.001)
            print("done")
        """, *names)
        self.assertEqual(process.communicate(), ("done\n", ""))
        self.assertEqual(process.returncode, 0)


if __name__ == "__main__":
    unittest.main()
