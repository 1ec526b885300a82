# SPDX-License-Identifier: Apache-2.0
"""The queues, with the methods that multiprocessing's have, and a few more that it has not."""

from collections import namedtuple

from . import _ipcq
from .errors import NotTaken
from .values import ACCEPT_PICKLE, ACCEPT_PORTABLE, decode, encode

Item = namedtuple("Item", ["value", "ticket", "deliveries"])
Item.__doc__ = """What get_item() returns. deliveries: how often it was taken before and not finished."""

_NOW = 0


class Queue:
    """A queue that any number of processes put into and get from.

    maxsize         how many items it holds; 0: as many as its memory
    name            other processes open the queue by it; None: a random one, and the queue goes with its last user
    create          None: open it, or make it if there is none; True: it must be new; False: it must exist
    any_owner       True: trust a queue that another user made
    allow_pickle    whether objects that MessagePack cannot carry travel as pickles. A pickle is code that whoever gets
                    it runs, hence: True for a queue without a name, False for one with a name
    capacity_bytes, max_participants, mode    as in ipcq_open(3); 0: the default

    A queue may be passed to a Process, under every start method.
    """

    _kind = _ipcq.PLAIN

    def __init__(self, maxsize=0, *, name=None, create=None, any_owner=False, allow_pickle=None, capacity_bytes=0,
                 max_participants=0, mode=0):
        flags = self._kind | (_ipcq.ANY_OWNER if any_owner else 0)
        birth = 0 if create is None else _ipcq.CREATE_ONLY if create else _ipcq.OPEN_ONLY
        if allow_pickle is None:
            allow_pickle = name is None
        handle = _ipcq.Queue(name, flags | birth, max(0, maxsize), capacity_bytes, max_participants, mode)
        self._attach(handle, flags, allow_pickle)

    def _attach(self, handle, flags, allow_pickle):
        self._handle = handle
        self._flags = flags
        self._put = handle.put
        self._put_value = handle.put_value
        self._get = handle.get
        self._get_value = handle.get_value
        self._allow_pickle = bool(allow_pickle)
        self._accept = ACCEPT_PORTABLE | (ACCEPT_PICKLE if allow_pickle else 0)
        self.name = handle.name()

    @classmethod
    def _reopen(cls, name, flags, allow_pickle):
        self = cls.__new__(cls)
        self._attach(_ipcq.Queue(name, flags | _ipcq.OPEN_ONLY, 0, 0, 0, 0), flags, allow_pickle)
        return self

    def __reduce__(self):
        return self._reopen, (self.name, self._flags, self._allow_pickle)

    def __repr__(self):
        return f"<ipcq.{type(self).__name__} {self.name!r}>"

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    # ------------------------------------------------------------------------------------------- put and get

    def put(self, obj, block=True, timeout=None):
        """Puts obj at the end. When put returns, it is in the queue. queue.Full: no room, not now or not in time."""
        if not self._put_value(obj, timeout if block else _NOW):
            data, kind = encode(obj, self._allow_pickle)
            self._put(data, kind, timeout if block else _NOW)

    def get(self, block=True, timeout=None):
        """Takes the first item. queue.Empty: there is none, not now or not in time."""
        value = self._get_value(self._accept, timeout if block else _NOW)
        return decode(*value) if type(value) is tuple else value

    def put_nowait(self, obj):
        self.put(obj, False)

    def get_nowait(self):
        return self.get(False)

    def get_item(self, block=True, timeout=None):
        """Like get, returning an Item: the value, and what task_done(ticket) and nack(ticket) need to name it."""
        data, kind, ticket, deliveries = self._get(self._accept, timeout if block else _NOW)
        return Item(decode(data, kind), ticket, deliveries)

    # ------------------------------------------------------------------------------------------- looking

    def qsize(self):
        return self._handle.size()

    def empty(self):
        return self._handle.empty()

    def full(self):
        return self._handle.full()

    def stat(self):
        """A dict of the queue's numbers, as ipcq_stat(3) names them."""
        return self._handle.stat()

    def participants(self):
        """A list of dicts: who has the queue open, and what each holds, as ipcq_participants(3) names it."""
        return self._handle.participants()

    # ------------------------------------------------------------------------------------------- ending

    def shutdown(self, immediate=False):
        """Ends the queue in every process: put raises ShutDown, and get too when nothing is left.

        immediate: what nobody has taken yet is thrown away.
        """
        self._handle.shutdown(_ipcq.IMMEDIATE if immediate else _ipcq.DRAIN)

    def close(self):
        """Ends this process's use of the queue; items it took and did not finish go back. The queue itself stays."""
        self._put = self._put_value = self._get = self._get_value = self._closed
        self._handle.close()

    def unlink(self):
        """Removes the queue's name; see ipcq.unlink()."""
        _ipcq.unlink(self.name)

    def join_thread(self):
        """Nothing to wait for: there is no feeder thread, put itself puts."""

    def cancel_join_thread(self):
        """Nothing to cancel; see join_thread()."""

    def _closed(self, *_):
        raise ValueError(f"Queue {self!r} is closed")


class JoinableQueue(Queue):
    """A queue whose items are finished by task_done(), not by get().

    What a process took and did not finish when it died or closed the queue goes back to its place at the front.
    """

    _kind = _ipcq.JOINABLE

    def task_done(self, ticket=_ipcq.OLDEST_OF_THREAD):
        """Finishes the item of a ticket (see get_item), or else the oldest that the calling thread has taken."""
        try:
            self._handle.task_done(ticket)
        except NotTaken as error:
            error.args = ("task_done() called too many times",)
            raise

    def nack(self, ticket=_ipcq.OLDEST_OF_THREAD):
        """Gives the item back instead, to its old place, for anybody to take."""
        self._handle.nack(ticket)

    def join(self, timeout=None):
        """Waits until every item that was put is finished. TimeoutError: not in time."""
        self._handle.join(timeout)
