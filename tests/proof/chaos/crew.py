# SPDX-License-Identifier: Apache-2.0
"""The workers of one round as processes: started, killed, and watched for an end that nobody asked for."""

import ctypes
import os
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import ledger as book

HERE = Path(__file__).resolve().parent
# Roots by language, in this order, each of these twice: one that puts, one that takes. Interpreters start slowly.
PAIRS = {"c": 2, "go": 1, "ruby": 1, "python": 1}
CANNOT_FORK = {"go"}
CPU_SECONDS = 300  # a worker that outlives its driver ends by this
_PR_SET_CHILD_SUBREAPER = 36


def command(language):
    build = Path(os.environ["IPCQ_BUILD"])
    return {"c": [build / "tests/proof/chaos/chaos_worker"],
            "go": [build / "tests/proof/chaos/chaos_worker_go"],
            "ruby": ["ruby", "-W0", HERE / "worker.rb"],
            "python": [sys.executable, HERE / "worker.py"]}[language]


def is_built(language):
    program = command(language)
    if language in ("c", "go"):
        return program[0].exists()
    load = {"ruby": ["ruby", "-W0", "-e", 'require "ipcq"'], "python": [sys.executable, "-c", "import ipcq"]}[language]
    return subprocess.run(load, capture_output=True, check=False).returncode == 0


def become_reaper():
    """Orphans become children of this process, and SIGUSR1 does no harm to a worker that has no handler for it yet."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)


def children():
    with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
        return {int(pid) for pid in file.read().split()}


def run(words):
    """By hand: subprocess would wait for our children behind our back."""
    pid = os.fork()
    if pid != 0:
        return pid
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        os.execvp(words[0], words)
    finally:
        os._exit(127)


class Crew:
    def __init__(self, languages, queue_name, ledger, rng):
        self.queue_name, self.ledger, self.rng = queue_name, ledger, rng
        order = [language for language in languages for _ in range(2 * PAIRS[language])]
        self.language = {slot: order[slot % book.ROOTS] for slot in range(book.SLOTS) if slot % book.ROOTS < len(order)}
        self.roots = range(len(order))
        self.pids = {}          # slot: process
        self.stopped = {}       # slot: when to continue it
        self.missing = set()    # roots that wait for their orphan to tell its pid
        self.fork_asked = set() # roots that were asked for a child
        self.ended = []         # (slot, exit code) of those that nobody killed
        self.count = Counter()  # (what, language)

    def __enter__(self):
        for slot in self.roots:
            self.start(slot)
        return self

    def __exit__(self, *_):
        """Nobody is left, also of those whose pid was never told."""
        while left := children():
            for pid in left:
                os.kill(pid, signal.SIGKILL)
            for pid in left:
                os.waitpid(pid, 0)

    def start(self, slot):
        language = self.language[slot]
        words = [*command(language), self.queue_name, self.ledger.path, slot, self.rng.getrandbits(32)]
        self.pids[slot] = run([str(word) for word in words])
        self.tally("starts", slot)

    def tally(self, what, slot):
        self.count[what, self.language[slot]] += 1

    def alive(self, language=None):
        return [slot for slot in self.pids if language in (None, self.language[slot])]

    # ------------------------------------------------------------------------------------------- what happens to them

    def kill(self, slot):
        pid = self.pids[slot]
        os.kill(pid, signal.SIGKILL)
        while True:
            try:
                _, status = os.waitpid(pid, 0)
                break
            except ChildProcessError:  # forked off a moment ago: the process between us is about to end
                time.sleep(0.0002)
        self.tally("kills", slot)
        if self.ledger.word(slot, book.INSIDE):
            self.tally("kills inside a call", slot)
        if not os.WIFSIGNALED(status) or os.WTERMSIG(status) != signal.SIGKILL:
            self.ended.append((slot, os.waitstatus_to_exitcode(status)))
        self._gone(slot)

    def stop(self, slot, seconds):
        os.kill(self.pids[slot], signal.SIGSTOP)
        self.stopped[slot] = time.monotonic() + seconds
        self.tally("stops", slot)

    def close_descriptors(self, slot):
        os.kill(self.pids[slot], signal.SIGUSR1)

    def ask(self, slot, request):
        if request == book.FORK:
            child = slot + book.ROOTS
            if slot not in self.roots or child in self.pids or slot in self.fork_asked:
                return
            self.fork_asked.add(slot)
        elif slot in self.fork_asked:
            return
        self.ledger.set_word(slot, book.REQUEST, request)

    # ------------------------------------------------------------------------------------------- keeping count

    def tend(self):
        """Continues who was stopped long enough, greets the forked, notices who ended, starts who is missing."""
        now = time.monotonic()
        for slot in [slot for slot, until in self.stopped.items() if until <= now]:
            os.kill(self.pids[slot], signal.SIGCONT)
            del self.stopped[slot]
        self._greet()
        self._reap()
        self._replace()

    def continue_all(self):
        for slot in self.stopped:
            os.kill(self.pids[slot], signal.SIGCONT)
        self.stopped.clear()

    def _greet(self):
        for root in list(self.fork_asked | self.missing):
            child = root + book.ROOTS
            pid = self.ledger.word(child, book.PID) if child in self.language else 0
            if pid > book.FORKING and child not in self.pids:
                self.pids[child] = pid
                self.fork_asked.discard(root)
                self.tally("forks", child)

    def _reap(self):
        slot_of = {pid: slot for slot, pid in self.pids.items()}
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid in slot_of:
                self.ended.append((slot_of[pid], os.waitstatus_to_exitcode(status)))
                self._gone(slot_of[pid])

    def _gone(self, slot):
        del self.pids[slot]
        self.stopped.pop(slot, None)
        self.ledger.set_word(slot, book.INSIDE, 0)
        self.ledger.set_word(slot, book.REQUEST, 0)
        if slot in self.roots:
            self.missing.add(slot)
        else:
            self.ledger.set_word(slot, book.PID, 0)

    def _replace(self):
        for root in list(self.missing):
            if self._has_unborn_child(root):
                continue
            self.missing.discard(root)
            self.fork_asked.discard(root)
            if not self.ledger.stop:
                self.start(root)

    def _has_unborn_child(self, root):
        """A slot serves one worker at a time. So a root that died while it forked waits until its child is known, or
        surely is not there. An orphan would be a child of ours that we do not know."""
        child = root + book.ROOTS
        if child not in self.language or child in self.pids or not self.ledger.word(child, book.PID):
            return False
        if self.ledger.word(child, book.PID) != book.FORKING:
            return True  # told since we greeted: the next round knows it
        if children() - set(self.pids.values()):
            return True
        if self.ledger.word(child, book.PID) == book.FORKING:
            self.ledger.set_word(child, book.PID, 0)
        return False
