# SPDX-License-Identifier: Apache-2.0
"""What an error says: in Python's words, one sentence, with the remedy of its cause."""

import inspect
import os
import pathlib
import queue
import re
import unittest

import ipcq
from ipcq import _ipcq, errors, wording
from support import QueueTest

WORDS_OF_C = re.compile(r"IPCQ_|ipcq_\w+\(|NULL|uint\d+_t|size_t|argument \d|\bbuffer\b|in method")


class Words(QueueTest):
    def check(self, kind, pattern, call, *arguments, **options):
        with self.subTest(pattern), self.assertRaisesRegex(kind, pattern) as caught:
            call(*arguments, **options)
        sentence = str(caught.exception)
        self.assertNotRegex(sentence, WORDS_OF_C)
        self.assertNotIn("\n", sentence)

    def test_every_code(self):
        codes = {name: code for name, code in vars(_ipcq).items() if isinstance(code, int) and -100 < code < 0}
        self.assertGreater(len(codes), 30)
        for name, code in codes.items():
            with self.subTest(name):
                for sentence in (_ipcq.strerror(code), "jobs: " + _ipcq.strerror(code)):
                    self.assertNotRegex(wording.in_python(sentence), WORDS_OF_C)
                self.assertEqual(errors._error_for(code, "text").code if code not in (_ipcq.EMPTY, _ipcq.FULL)
                                 else code, code)

    def test_a_name_in_the_place_of_maxsize(self):
        for kind in (ipcq.Queue, ipcq.JoinableQueue):
            for name in ("jobs", b"jobs", pathlib.Path("jobs")):
                self.check(TypeError, r"Queue\(name='jobs'\)", kind, name)

    def test_maxsize(self):
        for wrong in (10.0, None, [1]):
            self.check(TypeError, "^maxsize is a whole number", ipcq.Queue, wrong)
        self.check(ipcq.Invalid, r"^maxsize is at most 2\*\*64 - 1", ipcq.Queue, 2**64)
        self.assertEqual(self.new_queue(True).stat()["max_items"], 1)
        self.assertEqual(self.new_queue(2**63).stat()["max_items"], 2**63)

    def test_other_numbers(self):
        q = self.new_queue(kind=ipcq.JoinableQueue)
        for call, argument in ((lambda n: q.get_many(n), "max_items"), (lambda n: q.task_done(n), "ticket"),
                               (lambda n: q.reserve(n), "size"), (lambda n: ipcq.Queue(mode=n), "mode"),
                               (lambda n: ipcq.Queue(capacity_bytes=n), "capacity_bytes"),
                               (lambda n: ipcq.Queue(max_participants=n), "max_participants")):
            for number in (-1, 2**64):
                self.check(ipcq.Invalid, f"^{argument} is a whole number from 0 to ", call, number)
            self.check(TypeError, f"^{argument} is a whole number, not of type str", call, "x")
        for argument, number in (("mode", 2**32 + 0o600), ("max_participants", 2**32 + 16)):  # 0600 and 16 in 32 bits
            sentence = f"^{argument} is a whole number from 0 to 4294967295"
            self.check(ipcq.Invalid, sentence, ipcq.Queue, **{argument: number})

    def test_names(self):
        for call in (lambda name: ipcq.Queue(name=name), ipcq.open, ipcq.unlink):
            self.check(TypeError, r"name.decode\(\)", call, b"jobs")
            self.check(TypeError, r"os.fspath\(path\)", call, pathlib.Path("jobs"))
            self.check(TypeError, "is a str, not 5", call, 5)
            for name in ("\ud800", "a/b", ""):
                self.check(ipcq.BadName, "^Not a queue name", call, name)

    def test_a_missing_queue(self):
        name = self.new_name()
        self.check(ipcq.NotFound, "make the queue first", ipcq.Queue, name=name, create=False)
        self.check(ipcq.NotFound, rf"make it with Queue\(name='{name}'\)", ipcq.open, name)
        self.check(ipcq.NotFound, f"no queue is named '{name}', so there is nothing to remove", ipcq.unlink, name)
        self.check(ipcq.NotFound, "is never made on request", ipcq.Queue, name="anonymous-x")

    def test_one_that_exists(self):
        name = self.new_name()
        self.new_queue(3, name=name)
        self.check(ipcq.Exists, "open it as it is", ipcq.Queue, name=name, create=True)
        self.check(ipcq.Mismatch, r"joinable is 0, asked for 1: .*ipcq\.open\(name\)", ipcq.JoinableQueue, name=name)
        self.check(ipcq.Mismatch, "maxsize is 3, asked for 4", ipcq.Queue, 4, name=name)

    def test_full_says_why(self):
        q = self.new_queue(1)
        q.put(1)
        self.check(queue.Full, f"{q.name} .*maxsize 1", q.put_nowait, 2)
        self.check(queue.Full, f"{q.name} .*maxsize 1", q.put, 2, timeout=0.001)

    def test_another_owner(self):
        if os.getuid() != 0:
            self.skipTest("only root can act as another user")
        name = self.new_name()
        self.new_queue(name=name, mode=0o666)
        os.chown(f"/dev/shm/ipcq.{name}", 65534, 65534)
        self.check(PermissionError, "open it with any_owner=True if you trust that user", ipcq.Queue, name=name)
        process = self.run_program("""
            import ipcq, os, sys
            os.setgid(12345), os.setuid(12345)
            for call in (lambda: ipcq.Queue(name=sys.argv[1]), lambda: ipcq.unlink(sys.argv[1])):
                try:
                    call()
                except PermissionError as error:
                    print(error.strerror)
        """, name)
        lines = process.communicate()[0].splitlines()
        self.assertRegex(lines[0], "open it with any_owner=True if you trust that user")
        self.assertRegex(lines[1], "^only the owner of the queue ")

    def test_a_read_only_file_system(self):
        process = self.run_program("""
            import ctypes, ipcq, os, sys
            libc = ctypes.CDLL(None, use_errno=True)
            q = ipcq.Queue(name=sys.argv[1])
            CLONE_NEWNS, MS_RDONLY, MS_REMOUNT, MS_REC, MS_PRIVATE = 0x20000, 1, 32, 16384, 1 << 18
            if (libc.unshare(CLONE_NEWNS) or libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None)
                    or libc.mount(None, b"/dev/shm", None, MS_REMOUNT | MS_RDONLY | 4096, None)):
                print("not possible:", os.strerror(ctypes.get_errno()))
                sys.exit()
            for call in (q.unlink, lambda: ipcq.Queue(name=sys.argv[1] + "-new"), lambda: ipcq.Queue(name=sys.argv[1])):
                try:
                    call()
                except OSError as error:
                    print(error.strerror)
        """, self.new_name())
        lines = process.communicate()[0].splitlines()
        if lines[0].startswith("not possible"):
            self.skipTest(f"this process cannot have a read-only /dev/shm of its own: {lines[0]}")
        self.assertRegex(lines[0], "read-only file system: mount /dev/shm writable$")
        self.assertEqual(len(lines), 3)
        for line in lines[1:]:
            self.assertRegex(line, "read-only file system: mount /dev/shm writable")


class Busy(QueueTest):
    def test_it_is_empty_or_full_as_well(self):
        for code, kind, other in ((_ipcq.BUSY_TO_GET, queue.Empty, queue.Full),
                                  (_ipcq.BUSY_TO_PUT, queue.Full, queue.Empty)):
            error = errors._error_for(code, "busy")
            self.assertIsInstance(error, ipcq.Busy)
            self.assertIsInstance(error, kind)
            self.assertNotIsInstance(error, other)
            self.assertEqual(error.code, _ipcq.BUSY)


class Docstrings(unittest.TestCase):
    def test_every_public_name(self):
        missing = []
        for name, thing in vars(ipcq).items():
            if name.startswith("_") or isinstance(thing, int):
                continue
            if not (thing.__doc__ or "").strip():
                missing.append(name)
            if inspect.isclass(thing) and thing.__module__.startswith("ipcq"):
                for attribute, member in vars(thing).items():
                    public = not attribute.startswith("_") or attribute in ("__iter__", "__getstate__", "__setstate__")
                    if public and (callable(member) or isinstance(member, property)) and not member.__doc__:
                        missing.append(f"{name}.{attribute}")
        self.assertEqual(missing, [])

    def test_every_public_name_is_exported(self):
        public = {name for name, thing in vars(ipcq).items()
                  if not name.startswith("_") and not inspect.ismodule(thing)} - {"open"}
        self.assertEqual(public, set(ipcq.__all__))


if __name__ == "__main__":
    unittest.main()
