# SPDX-License-Identifier: Apache-2.0
"""What is done without opening a queue: removing a name, and the guard of the process."""

import os

from . import _ipcq
from .arguments import name_from
from .errors import Denied, NotFound


def unlink(name):
    """Removes a queue's name. Processes that have it open go on with it; the next open makes a new queue.

    NotFound: no queue has this name. Denied: another user owns it.
    """
    try:
        _ipcq.unlink(name_from(name))
    except OSError as error:
        sentence = _reason(name, error)
        if sentence:
            error.strerror = sentence
            error.args = (error.errno, sentence)
        raise


def _reason(name, error):
    if isinstance(error, NotFound):
        return f"no queue is named {name!r}, so there is nothing to remove: check the name"
    if _is_read_only("/dev/shm"):
        return f"the name {name!r} cannot be removed from a read-only file system: mount /dev/shm writable"
    if isinstance(error, Denied):
        return f"only the owner of the queue {name!r} may remove its name: let that user or root unlink it"
    return None


def _is_read_only(directory):
    try:
        return bool(os.statvfs(directory).f_flag & os.ST_RDONLY)
    except OSError:
        return False


def guard_truncation():
    """Guards this process, for good, against a process that cuts a queue's memory short.

    A touch of the lost part would end this process by SIGBUS. From now on, calls on such a queue raise Corrupt, and
    only close() is left. It installs a handler for SIGBUS, which passes every other SIGBUS on. Call it after
    faulthandler.enable(), which would take its place. Does not block. A forked child is guarded too.
    """
    _ipcq.guard_truncation()
