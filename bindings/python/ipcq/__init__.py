# SPDX-License-Identifier: Apache-2.0
"""Queues in shared memory for processes in several languages.

    from ipcq import Queue, JoinableQueue

stand where multiprocessing's stand; with a name, Queue(name="jobs"), any process of the machine opens the same queue.
"""

from queue import Empty, Full

try:
    from . import _ipcq
except ImportError as reason:
    raise ImportError(f"ipcq cannot load its native module ({reason}): install libipcq and run ldconfig, or name the "
                      "directory of libipcq.so in LD_LIBRARY_PATH", name=reason.name, path=reason.path) from None
try:
    import msgpack as _msgpack  # noqa: F401  values.py needs it
except ImportError as reason:
    raise ImportError(f"ipcq needs the package msgpack ({reason}): pip install msgpack", name="msgpack") from None

from .deliveries import Delivery
from .errors import (
    Ambiguous,
    AmbiguousWarning,
    BadName,
    Busy,
    BusyGet,
    BusyPut,
    Corrupt,
    Crowded,
    Denied,
    Error,
    Exists,
    Incompatible,
    Inherited,
    Invalid,
    Mismatch,
    NotFound,
    NotJoinable,
    NotReserved,
    NotTaken,
    PickleRefused,
    ResourceError,
    ShutDown,
    TooBig,
    Undecodable,
    Unportable,
    WrongType,
)
from .in_place import TYPE_BYTES, TYPE_MESSAGEPACK, TYPE_PICKLE, Borrowed, Reservation
from .opening import open as open
from .process import guard_truncation, unlink
from .queues import Item, JoinableQueue, Queue

# Without open, which would take the place of Python's own in `from ipcq import *`.
__all__ = [
    "Queue", "JoinableQueue", "Delivery", "Item", "Reservation", "Borrowed", "unlink",
    "guard_truncation", "Empty", "Full", "ShutDown",
    "TYPE_BYTES", "TYPE_MESSAGEPACK", "TYPE_PICKLE",
    "Error", "Ambiguous", "AmbiguousWarning", "BadName", "Busy", "BusyGet", "BusyPut", "Corrupt", "Crowded", "Denied",
    "Exists", "Incompatible", "Inherited", "Invalid", "Mismatch", "NotFound", "NotJoinable", "NotReserved", "NotTaken",
    "PickleRefused", "ResourceError", "TooBig", "Undecodable",
    "Unportable", "WrongType",
]

_number = _ipcq.version()
__version__ = f"{_number // 1000000}.{_number // 1000 % 1000}.{_number % 1000}"
del _number

