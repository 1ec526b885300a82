# SPDX-License-Identifier: Apache-2.0
"""Arguments of the calls that open and unlink queues, checked so that an error says what was meant."""

import operator
import os

from . import _ipcq
from .errors import BadName, Invalid

_MAXSIZE_MAX = 2**64 - 1


def name_from(name):
    """The name as it is, which must be text."""
    if not isinstance(name, str):
        remedy = "write name=os.fspath(path)" if isinstance(name, os.PathLike) else "write name='jobs'"
        if isinstance(name, (bytes, bytearray)):
            remedy = "decode it, as in name=name.decode()"
        raise TypeError(f"a queue name is a str, not {name!r}: {remedy}")
    try:
        name.encode()
    except UnicodeEncodeError:
        error = BadName(_ipcq.strerror(_ipcq.BADNAME))
        error.code = _ipcq.BADNAME
        raise error from None
    return name


def maxsize_from(maxsize):
    """The number of items; less than 1 means no limit."""
    if isinstance(maxsize, (str, bytes, os.PathLike)):
        raise TypeError(f"the first argument is maxsize, a number, not {maxsize!r}: a queue of that name is opened by "
                        "name=, as in Queue(name='jobs')")
    try:
        number = operator.index(maxsize)
    except TypeError:
        raise TypeError(f"maxsize is a whole number, not {maxsize!r}: 0 means no limit") from None
    if number > _MAXSIZE_MAX:
        error = Invalid(f"maxsize is at most 2**64 - 1, not {number}: 0 means no limit")
        error.code = _ipcq.INVALID
        raise error
    return max(0, number)
