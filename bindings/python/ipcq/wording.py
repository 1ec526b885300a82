# SPDX-License-Identifier: Apache-2.0
"""The library's sentences in the words of Python: its own options and methods instead of C's flags and functions."""

import re

_WORDS = [(re.compile(pattern), words) for pattern, words in (
    # Remedies that are others in Python.
    (r"leave them zero to take it as it is", "open it as it is with ipcq.open(name)"),
    (r"give a larger buffer to get, or make", "make"),
    (r"A NULL or out-of-range argument: check the call against its manual page",
     "An argument is out of range: see help() of the call"),
    (r"pass what one of its functions returned", "pass the .code of an exception"),
    (r"look at the statistics and participants of the queue for who holds what",
     "look with participants() at which process holds what"),
    (r"\bopen it with any_owner\b", "open it with any_owner=True"),
    (r"make a joinable one\b", "make a JoinableQueue"),
    (r"use a fresh token to wait again", "wait again"),
    # Names.
    (r"\bmax_items\b(?! is a whole)", "maxsize"),
    (r"\bipcq_(\w+)\(\)", r"\1()"),
)]


def in_python(sentence):
    """The sentence, with the words that a user of Python knows."""
    for pattern, words in _WORDS:
        sentence = pattern.sub(words, sentence)
    return sentence
