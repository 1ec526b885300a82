# SPDX-License-Identifier: Apache-2.0
"""From a Python value to an item's bytes and back.

A portable value (bindings/README.md, "What travels") travels as MessagePack, which every language reads. Bytes,
bytearray and memoryview travel as their bytes. All else would not come out as what it was, so it travels as a pickle,
where that is allowed. The native module deals with bytes, numbers and short text itself (put_value, get_value), and
leaves the rest to this module.
"""

import pickle

from msgpack import Packer, unpackb

from . import _ipcq
from .errors import Undecodable
from .unportable import refusal_of

_BYTES = _ipcq.TYPE_BYTES
_MESSAGEPACK = _ipcq.TYPE_MESSAGEPACK
_PICKLE = _ipcq.TYPE_PICKLE

ACCEPT_PORTABLE = 1 << _BYTES | 1 << _MESSAGEPACK
ACCEPT_PICKLE = 1 << _PICKLE

# A Packer is not shared: a finalizer that runs inside pack() may put as well.
_PACKER_BYTES = 512

_AS_DATETIME = 3  # what msgpack makes of a point in time: a datetime in UTC

value_fault = _ipcq.value_fault


def encode(value, allow_pickle):
    """The bytes of a value, and their type."""
    if type(value) in (bytes, bytearray, memoryview):
        return value, _BYTES
    # No variable keeps the encoder's exception: its traceback holds this frame, and with it the value.
    try:
        data = Packer(strict_types=True, datetime=True, buf_size=_PACKER_BYTES).pack(value)
        if value_fault(data) is None:
            return data, _MESSAGEPACK
        reason = ""
    except (TypeError, ValueError, OverflowError) as refusal:
        reason = str(refusal)
    if not allow_pickle:
        raise refusal_of(value, reason)
    return _pickled(value), _PICKLE


def decode(data, kind, ticket=0, deliveries=0):
    """The value of an item's bytes."""
    if kind == _BYTES:
        return data
    fault = None
    try:
        if kind == _PICKLE:
            return pickle.loads(data)
        fault = value_fault(data)
        if fault is None:
            return unpackb(data, strict_map_key=False, timestamp=_AS_DATETIME)
    except (Exception, SystemExit) as reason:  # a pickle may raise what it likes
        raise _undecodable(data, kind, ticket, deliveries, f"{type(reason).__name__}: {reason}") from reason
    raise _undecodable(data, kind, ticket, deliveries, fault)


def _undecodable(data, kind, ticket, deliveries, fault):
    what = "pickle" if kind == _PICKLE else "portable value"
    ending = f"; task_done({ticket}) or nack({ticket}) ends it" if ticket else ""
    error = Undecodable(f"an item of {len(data)} bytes is no {what} that can be read here ({fault}): it was taken, and "
                        f".data has its bytes{ending}", data)
    error.type, error.ticket, error.deliveries = kind, ticket, deliveries
    return error


def decode_batch(taken, places, make=None):
    """The list of what was taken, where the tuples at these places are decoded, and handed to make(value, *rest).

    All of it has left the queue, so one value that cannot be decoded must not take the others with it. Its Undecodable
    stands in its place. The first Undecodable is raised with the whole list as its .batch.
    """
    failures = []
    for place in places:
        item = taken[place]
        try:
            value = decode(*item)
        except Undecodable as broken:
            value = broken
            failures.append(value)
        taken[place] = make(value, *item[2:]) if make else value
    if failures:
        failures[0].batch = taken
        raise failures[0]
    return taken


def _pickled(value):
    # As multiprocessing does, so that its locks and connections can be sent; imported when needed, it is large.
    from multiprocessing.reduction import ForkingPickler
    return ForkingPickler.dumps(value)
