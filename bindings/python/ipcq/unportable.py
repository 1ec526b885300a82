# SPDX-License-Identifier: Apache-2.0
"""Where and why a value is not portable. Only called for a value that was refused, so it need not be fast."""

from datetime import MAXYEAR, MINYEAR, datetime, timezone

from .errors import PickleRefused, Unportable

DEPTH_MAX = 128
_PATH_MAX = 100

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_EARLIEST = datetime(MINYEAR, 1, 1, tzinfo=timezone.utc) - _EPOCH
_LATEST = datetime(MAXYEAR, 12, 31, 23, 59, 59, 999999, tzinfo=timezone.utc) - _EPOCH
_ALWAYS = frozenset({type(None), bool, float, bytes, bytearray, memoryview})
_KEYS = frozenset({type(None), bool, int, float, str})


class _Found(Exception):
    """The place, the reason and the class of the refusal."""


def refusal_of(value, reason):
    """The exception for a value that MessagePack does not carry; `reason` is the encoder's own."""
    try:
        _look(value, "value", [])
    except _Found as found:
        path, sentence, kind = found.args
        if len(path) > _PATH_MAX:
            path = path[:_PATH_MAX] + "..."
        return kind(f"{path}: {sentence}")
    return Unportable(f"this value cannot be sent as MessagePack: {reason}")


def _look(value, path, containers):
    kind = type(value)
    if kind in _ALWAYS:
        return
    if kind is int:
        _look_at_int(value, path)
    elif kind is str:
        _look_at_text(value, path)
    elif kind is datetime:
        _look_at_time(value, path)
    elif kind is list or kind is dict:
        if any(value is container for container in containers):
            raise _limit(path, "a value that contains itself is not portable: send its parts")
        if len(containers) == DEPTH_MAX:
            raise _limit(path, f"more than {DEPTH_MAX} lists and dicts in one another are not portable: send parts")
        containers.append(value)
        if kind is list:
            for index, element in enumerate(value):
                _look(element, f"{path}[{index}]", containers)
        else:
            for key, element in list(value.items()):
                _look_at_key(key, path)
                _look(element, f"{path}[{key!r}]", containers)
        containers.pop()
    else:
        remedy = "make it a list" if isinstance(value, tuple) else "send its parts as list, dict, numbers and text"
        raise _Found(path, f"a {kind.__name__} would have to be a pickle, which only Python reads: {remedy}, or open "
                           "the queue with allow_pickle=True", PickleRefused)


def _look_at_int(value, path):
    if not -2**63 <= value < 2**64:
        raise _limit(path, "an int of more than 64 bits is not portable: send it as text")


def _look_at_text(value, path):
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise _limit(path, f"text with a lone surrogate (at {error.start}) is not portable: send bytes, see "
                           "os.fsencode()") from None


def _look_at_time(value, path):
    offset = value.utcoffset()
    if offset is None:
        raise _limit(path, "a datetime without a time zone is no point in time: give it one, as in "
                           "datetime.now(timezone.utc)")
    since = value.replace(tzinfo=None) - _EPOCH.replace(tzinfo=None)
    if not _EARLIEST <= since - offset <= _LATEST:
        raise _limit(path, "a datetime outside the years 1 to 9999 in UTC is not portable: send it as text")


def _look_at_key(key, path):
    kind = type(key)
    if kind not in _KEYS:
        raise _limit(path, f"a map key of type {kind.__name__} is not portable: keys are None, bool, int, float or str")
    if kind is int:
        _look_at_int(key, f"{path}, a key")
    elif kind is str:
        _look_at_text(key, f"{path}, a key")


def _limit(path, sentence):
    return _Found(path, sentence, Unportable)
