# SPDX-License-Identifier: Apache-2.0
"""What the tests share: queue names of their own, a watchdog, programs run in a process of their own."""

import faulthandler
import itertools
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import unittest

import ipcq

WATCHDOG_S = 120
_numbers = itertools.count()


def wait_until(condition):
    """Returns when the condition holds; the watchdog ends a test where it never does."""
    while not condition():
        time.sleep(0.001)


def waiting(queue, verb):
    """A condition: somebody sleeps in get, put or join of the queue."""
    number = {"get": "getters_waiting", "put": "putters_waiting", "join": "joiners_waiting"}[verb]
    return lambda: queue.stat()[number] > 0


class QueueTest(unittest.TestCase):
    def setUp(self):
        faulthandler.dump_traceback_later(WATCHDOG_S, exit=True)
        self.addCleanup(faulthandler.cancel_dump_traceback_later)

    def new_name(self):
        name = f"python-test-{os.getpid()}-{next(_numbers)}"
        self.addCleanup(self._unlink, name)
        return name

    @staticmethod
    def _unlink(name):
        try:
            ipcq.unlink(name)
        except FileNotFoundError:
            pass

    def new_queue(self, *arguments, kind=ipcq.Queue, **options):
        queue = kind(*arguments, **options)
        self.addCleanup(queue.close)
        return queue

    def start(self, target, *arguments):
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        thread.start()
        return thread

    def run_program(self, source, *arguments, **options):
        """Starts a program and returns its Popen; the cleanup ends it and its whole session."""
        process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(source), *arguments], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, start_new_session=True, **options)
        self.addCleanup(self._end, process)
        return process

    @staticmethod
    def _end(process):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        process.stdout.close()
        process.stderr.close()
