# SPDX-License-Identifier: Apache-2.0
"""Programs written for multiprocessing's queues say the same with ipcq's, when nothing but the import is changed."""

import pathlib
import re
import unittest

from support import QueueTest

PROGRAMS = sorted((pathlib.Path(__file__).parent / "programs").glob("*.py"))
IMPORT = re.compile(r"^from multiprocessing import (.*)$", re.MULTILINE)
OURS = {"Queue", "JoinableQueue"}


def with_ipcq(source):
    def replacement(match):
        names = set(match[1].split(", "))
        others = names - OURS
        return f"from ipcq import {', '.join(names & OURS)}" + (
            f"; from multiprocessing import {', '.join(others)}" if others else "")
    return IMPORT.sub(replacement, source)


class DropIn(QueueTest):
    def lines(self, source):
        """What the program prints, whichever process came first."""
        process = self.run_program(source)
        output, errors = process.communicate()
        self.assertEqual((process.returncode, errors), (0, ""))
        return sorted(output.splitlines())

    def test_programs(self):
        self.assertEqual(len(PROGRAMS), 5)
        for path in PROGRAMS:
            source = path.read_text()
            self.assertNotEqual(with_ipcq(source), source)
            with self.subTest(path.name):
                self.assertEqual(self.lines(with_ipcq(source)), self.lines(source))


if __name__ == "__main__":
    unittest.main()
