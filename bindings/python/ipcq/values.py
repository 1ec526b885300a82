# SPDX-License-Identifier: Apache-2.0
"""From a Python value to an item's bytes and back.

None, bool, int (64 bits), float, str, list and dict travel as MessagePack, which every language reads; bytes, bytearray
and memoryview as their bytes. All else (a tuple, a set, a larger int, an object, a subclass of the former) would not
come out as what it was, so it travels as a pickle, where that is allowed. The native module deals with bytes, numbers
and short text itself (put_value, get_value) and leaves the rest to this module.
"""

import pickle

from msgpack import Packer, unpackb

from . import _ipcq
from .errors import PickleRefused, Undecodable

_BYTES = _ipcq.TYPE_BYTES
_MESSAGEPACK = _ipcq.TYPE_MESSAGEPACK
_PICKLE = _ipcq.TYPE_PICKLE

ACCEPT_PORTABLE = 1 << _BYTES | 1 << _MESSAGEPACK
ACCEPT_PICKLE = 1 << _PICKLE

# A Packer is not shared: a finalizer that runs inside pack() may put as well.
_PACKER_BYTES = 512


def encode(value, allow_pickle):
    """The bytes of a value, and their type."""
    if type(value) in (bytes, bytearray, memoryview):
        return value, _BYTES
    try:
        return Packer(strict_types=True, buf_size=_PACKER_BYTES).pack(value), _MESSAGEPACK
    except (TypeError, ValueError, OverflowError) as not_portable:
        if not allow_pickle:
            raise PickleRefused(
                f"{not_portable}: only None, bool, int of 64 bits, float, str, bytes, list and dict can be read by "
                "every language (make a tuple a list); allow_pickle=True sends anything, for Python alone") from None
    return _pickled(value), _PICKLE


def decode(data, kind):
    """The value of an item's bytes."""
    if kind == _MESSAGEPACK:
        try:
            return unpackb(data, strict_map_key=False)
        except (ValueError, TypeError) as reason:
            sentence = f"an item of {len(data)} bytes is no MessagePack value for Python: {reason}"
            raise Undecodable(sentence, data) from None
    if kind == _BYTES:
        return data
    return pickle.loads(data)


def decode_batch(taken, places, make=None):
    """The list of what was taken, where the tuples at these places are decoded, and handed to make(value, *rest).

    All of it has left the queue, so what cannot be decoded must not take the others with it: its Undecodable stands in
    its place, and the first of them is raised with the whole list as its .batch.
    """
    failures = []
    for place in places:
        data, kind, *rest = taken[place]
        try:
            value = decode(data, kind)
        except Undecodable as broken:
            value = broken
            failures.append(value)
        except Exception as reason:
            value = Undecodable(f"an item of {len(data)} bytes could not be unpickled: {reason!r}", data)
            value.__cause__ = reason
            failures.append(value)
        taken[place] = make(value, *rest) if make else value
    if failures:
        failures[0].batch = taken
        raise failures[0]
    return taken


def _pickled(value):
    # As multiprocessing does, so that its locks and connections can be sent; imported when needed, it is large.
    from multiprocessing.reduction import ForkingPickler
    return ForkingPickler.dumps(value)
