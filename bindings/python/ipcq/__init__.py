# SPDX-License-Identifier: Apache-2.0
"""Queues that processes share, whatever language they are written in.

    from ipcq import Queue, JoinableQueue

stand where multiprocessing's stand; with a name, Queue(name="jobs"), any process of the machine opens the same queue.
"""

from queue import Empty, Full

from . import _ipcq
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
from .naming import unlink
from .opening import open as open
from .queues import Item, JoinableQueue, Queue

# Without open, which would take the place of Python's own in `from ipcq import *`.
__all__ = [
    "Queue", "JoinableQueue", "Delivery", "Item", "Reservation", "Borrowed", "unlink", "Empty", "Full", "ShutDown",
    "TYPE_BYTES", "TYPE_MESSAGEPACK", "TYPE_PICKLE",
    "Error", "Ambiguous", "AmbiguousWarning", "BadName", "Busy", "BusyGet", "BusyPut", "Corrupt", "Crowded", "Denied",
    "Exists", "Incompatible", "Inherited", "Invalid", "Mismatch", "NotFound", "NotJoinable", "NotReserved", "NotTaken",
    "PickleRefused", "ResourceError", "TooBig", "Undecodable",
    "Unportable", "WrongType",
]

_number = _ipcq.version()
__version__ = f"{_number // 1000000}.{_number // 1000 % 1000}.{_number % 1000}"
del _number

