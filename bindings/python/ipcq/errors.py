# SPDX-License-Identifier: Apache-2.0
"""What goes wrong, as exceptions. Each has .code, the number that ipcq.h gives it.

Where Python has an exception for it already, that one is raised (queue.Empty, queue.Full, TimeoutError, MemoryError,
ValueError for a closed handle) or is a base class (PermissionError, FileNotFoundError, FileExistsError, OSError).
"""

import errno
import queue

from . import _ipcq
from .wording import in_python


class Error(Exception):
    """Any answer of the library that has no exception of Python's own."""

    code = _ipcq.SYSTEM


if hasattr(queue, "ShutDown"):
    ShutDown = queue.ShutDown
else:
    class ShutDown(Exception):
        """The queue was shut down; for a getter: and nothing is left in it. Python 3.13 has it as queue.ShutDown."""


class TooBig(Error, ValueError):
    """The item can never fit into this queue."""


class Busy(Error):
    """A stopped process holds this end of the queue, and the call was not to wait."""


class BusyGet(Busy, queue.Empty):
    """Busy, of a call that takes an item: a loop that polls may treat it as queue.Empty."""


class BusyPut(Busy, queue.Full):
    """Busy, of a call that puts an item: a loop that polls may treat it as queue.Full."""


class Corrupt(Error):
    """The object of that name is no queue, or its memory breaks an invariant."""


class Incompatible(Error):
    """The queue has another layout, C library, word size or byte order, or pages here are not of 4096 bytes."""


class Crowded(Error):
    """As many handles of living processes are open as the queue permits: see max_participants."""


class BadName(Error, ValueError):
    """Not a queue name."""


class Invalid(Error, ValueError):
    """An argument or option is out of range."""


class Mismatch(Error, ValueError):
    """The queue exists with other options than those asked for."""


class NotTaken(Error, ValueError):
    """No such unfinished item."""


class Inherited(Error, ValueError):
    """The item was taken before the fork by the parent process, which alone can finish it."""


class Ambiguous(Error, ValueError):
    """task_done() or nack() without a ticket, and the calling thread does not hold exactly one unfinished item.

    Only a queue that was opened with strict=True raises it; others warn, see AmbiguousWarning.
    """


class AmbiguousWarning(RuntimeWarning):
    """task_done() or nack() without a ticket ends an item that may not be the one that was meant. Once a process."""


class NotReserved(Error, ValueError):
    """The reservation was committed or given up already, or was made before the fork by the parent process."""


class NotJoinable(Error, ValueError):
    """task_done, nack or join on a plain queue."""


class WrongType(Error, TypeError):
    """The first item has a type that Python does not read. It stays in the queue."""

    code = _ipcq.WRONGTYPE


class Unportable(Error, ValueError):
    """The value cannot be read in every language, and nothing was put. The text says which part of it, and why."""

    code = _ipcq.WRONGTYPE


class PickleRefused(WrongType, Unportable):
    """The value is, or would have to become, a pickle, and the queue was not opened with allow_pickle=True."""


class Undecodable(Error, ValueError):
    """The item cannot be read: it is no portable value, or a pickle that does not load. It was taken.

    .data has its bytes, .type says what they were put as, and .deliveries how often the item was taken before. In a
    JoinableQueue it is unfinished: task_done(error.ticket) or nack(error.ticket) ends it. From get_many(), .batch is
    what get_many() would have returned, with an Undecodable in the place of each such item.
    """

    code = _ipcq.WRONGTYPE
    batch = None
    type = _ipcq.TYPE_BYTES
    ticket = 0
    deliveries = 0

    def __init__(self, sentence, data=b""):
        super().__init__(sentence, data)
        self.data = data

    def __str__(self):
        return self.args[0]


class ResourceError(Error, OSError):
    """The system has no shared memory, descriptors or file size left, or failed otherwise."""


class Denied(Error, PermissionError):
    """No permission for the queue, or it is another user's."""


class NotFound(Error, FileNotFoundError):
    """No queue has this name."""


class Exists(Error, FileExistsError):
    """A queue has this name already."""


_CLASSES = {
    _ipcq.CLOSED: ShutDown,
    _ipcq.TIMEDOUT: TimeoutError,
    _ipcq.NOMEM: MemoryError,
    _ipcq.BADHANDLE: ValueError,
    _ipcq.TOOBIG: TooBig,
    _ipcq.BUSY: Busy,
    _ipcq.BUSY_TO_GET: BusyGet,
    _ipcq.BUSY_TO_PUT: BusyPut,
    _ipcq.CORRUPT: Corrupt,
    _ipcq.FOREIGN: Corrupt,
    _ipcq.TRUNCATED: Corrupt,
    _ipcq.BADVERSION: Incompatible,
    _ipcq.BADABI: Incompatible,
    _ipcq.CROWDED: Crowded,
    _ipcq.BADNAME: BadName,
    _ipcq.SCHEME: BadName,
    _ipcq.INVALID: Invalid,
    _ipcq.MISMATCH: Mismatch,
    _ipcq.NOTTAKEN: NotTaken,
    _ipcq.INHERITED: Inherited,
    _ipcq.NOTJOINABLE: NotJoinable,
    _ipcq.NOTRESERVED: NotReserved,
    _ipcq.AMBIGUOUS: Ambiguous,
}

_SYSTEM_CLASSES = {
    _ipcq.DENIED: (Denied, errno.EACCES),
    _ipcq.NOTFOUND: (NotFound, errno.ENOENT),
    _ipcq.EXISTS: (Exists, errno.EEXIST),
    _ipcq.NOSPACE: (ResourceError, errno.ENOSPC),
    _ipcq.FILELIMIT: (ResourceError, errno.EFBIG),
    _ipcq.SPACELIMIT: (ResourceError, errno.ENOMEM),
    _ipcq.FDLIMIT: (ResourceError, errno.EMFILE),
    _ipcq.NOSHM: (ResourceError, errno.ENODEV),
    _ipcq.SYSTEM: (ResourceError, errno.EIO),
}


def _error_for(code, sentence, item_type=None):
    """The exception for a code, with its sentence; the native module calls it."""
    if code == _ipcq.EMPTY:
        return queue.Empty()
    sentence = in_python(sentence)
    if code == _ipcq.FULL:
        return queue.Full(sentence)
    if code == _ipcq.WRONGTYPE:
        error = _unaccepted(item_type)
    elif code in _SYSTEM_CLASSES:
        kind, number = _SYSTEM_CLASSES[code]
        error = kind(number, sentence)
    else:
        error = _CLASSES.get(code, Error)(sentence)
    error.code = _ipcq.BUSY if code in (_ipcq.BUSY_TO_GET, _ipcq.BUSY_TO_PUT) else code
    return error


def _unaccepted(item_type):
    if item_type == _ipcq.TYPE_PICKLE:
        return PickleRefused("the first item is a Python pickle, which is code; it stays in the queue. Open the queue "
                             "with allow_pickle=True if you trust everybody who can put into it")
    return WrongType(f"the first item has type {item_type}, which Python does not read; it stays in the queue")


_ipcq.set_error_for(_error_for)
