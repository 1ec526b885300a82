# SPDX-License-Identifier: Apache-2.0
"""Which handle has taken the items that a call could not end, for the text of an error."""

import os
import weakref

from .errors import Error

_queues = weakref.WeakSet()


def register(queue):
    """Remembers a queue object of this process for as long as it lives."""
    _queues.add(queue)


def sentence_for(queue, verb):
    """Why `queue` could not end an item: another handle holds it, or nobody does."""
    try:
        participants = queue.participants()
        if not any(entry["self"] and entry["taken"] for entry in participants):
            for entry in participants:
                if entry["taken"] and not entry["self"]:
                    return _held_by(entry, queue)
    except (Error, ValueError, RuntimeError):  # closed meanwhile; or a thread opened a queue while this one looked
        pass
    return f"{verb}() called too many times"


def _held_by(entry, queue):
    if entry["pid"] != os.getpid():
        return (f"this handle took no such item; process {entry['pid']} ({entry['command']}) holds {entry['taken']} of "
                "this queue: finish an item in the process that took it")
    return (f"this handle took no such item; another handle of this process to the same queue, "
            f"{_handle_of(entry, queue)}, holds {entry['taken']}: finish it there")


def _is_same_queue(one, other):
    """Two handles of a process are of one queue only by its name."""
    return one._known_name is not None and one._known_name == other._known_name


def _handle_of(entry, queue):
    for other in list(_queues):
        if other is not queue and not other._is_closed and _is_same_queue(other, queue):
            if any(own["self"] and own["slot"] == entry["slot"] for own in other.participants()):
                return repr(other)
    return "which a C library or a forgotten object opened"
