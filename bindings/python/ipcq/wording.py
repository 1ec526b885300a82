# SPDX-License-Identifier: Apache-2.0
"""The library's sentences in the words of Python: its own options and methods instead of C's flags and functions."""

import re

_WORDS = [(re.compile(pattern), words) for pattern, words in (
    # Causes that have a remedy of their own.
    (r"\(made by another user\): (?!.*ANY_OWNER).*", "(made by another user): if you trust that user, open it with "
                                                     "any_owner=True"),
    (r"(ipcq\.anonymous-\S* \(.*\)): No queue has this name: .*",
     r"\1: its last user has gone, and a name that begins with anonymous- makes no queue"),
    (r"(Read-only file system\)): .*", r"\1: mount /dev/shm writable for this process"),
    # Remedies that are others in Python.
    (r"leave them zero to take it as it is", "open it as it is with ipcq.open(name)"),
    (r"give a larger buffer to get, or make", "make"),
    (r"An unexpected system error, which ipcq_open\(\) names in its message", "An unexpected system error"),
    (r"A NULL or out-of-range argument: check the call against its manual page",
     "An argument is out of range: see help() of the call"),
    (r"pass what one of its functions returned", "pass the .code of an exception"),
    (r"look with ipcq_stat\(\) at who holds what", "look with participants() at which process holds what"),
    (r"(open|make) it with IPCQ_JOINABLE", r"\1 it as a JoinableQueue"),
    (r"use a fresh token to wait again", "wait again"),
    # Names.
    (r"IPCQ_OPEN_ONLY", "create=False"),
    (r"IPCQ_CREATE_ONLY", "create=True"),
    (r"IPCQ_ANY_OWNER", "any_owner=True"),
    (r"IPCQ_JOINABLE", "JoinableQueue"),
    (r"IPCQ_PLAIN", "Queue"),
    (r"\bmax_items\b(?! is a whole)", "maxsize"),
    (r"\bipcq_(\w+)\(\)", r"\1()"),
    (r"\bIPCQ_", ""),
)]


def in_python(sentence):
    """The sentence, with the words that a user of Python knows."""
    for pattern, words in _WORDS:
        sentence = pattern.sub(words, sentence)
    return sentence
