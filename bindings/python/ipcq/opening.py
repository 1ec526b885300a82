# SPDX-License-Identifier: Apache-2.0
"""Opening a queue as it is."""

from . import _ipcq
from .arguments import name_from
from .errors import NotFound
from .queues import JoinableQueue, Queue


def open(name, *, any_owner=False, allow_pickle=False, strict=False):
    """Opens the queue of this name as it is: a JoinableQueue if it was made as one, else a Queue.

    The options are those of Queue. NotFound: there is no such queue.
    """
    handle = _open_handle(name_from(name), _ipcq.ANY_OWNER if any_owner else 0)
    kind = JoinableQueue if handle.stat()["joinable"] else Queue
    queue = kind.__new__(kind)
    queue._attach(handle, name, kind._kind | (_ipcq.ANY_OWNER if any_owner else 0), allow_pickle, strict)
    return queue


def _open_handle(name, flags):
    try:
        return _ipcq.Queue(name, flags | _ipcq.OPEN_ONLY, 0, 0, 0, 0)
    except NotFound as error:
        error.strerror = (f"no queue is named {name!r}: make it with Queue(name={name!r}) or "
                          f"JoinableQueue(name={name!r}), or check the name")
        error.args = (error.errno, error.strerror)
        raise
