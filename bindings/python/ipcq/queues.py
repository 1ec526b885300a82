# SPDX-License-Identifier: Apache-2.0
"""The queues, with the methods that multiprocessing's have, and a few more that it has not."""

import queue
import warnings
from collections import namedtuple

from . import _ipcq, holders
from .arguments import maxsize_from, name_from
from .deliveries import Delivery, each
from .errors import Ambiguous, AmbiguousWarning, Error, NotTaken, ShutDown
from .in_place import Borrowed, Reservation, end_all
from .process import unlink
from .values import ACCEPT_PICKLE, ACCEPT_PORTABLE, decode, decode_batch, encode

Item = namedtuple("Item", ["value", "ticket", "deliveries"])
Item.__doc__ = """What get_item() returns. deliveries: how often it was taken before and not finished."""

MANY = 1000

_NOW = 0

_warned = False  # AmbiguousWarning was given, by any thread


class Queue(queue.Queue):
    """A queue that any number of processes put into and get from.

    maxsize         how many items it holds; 0: as many as its memory
    name            other processes open the queue by it; None: a random one, and the queue goes with its last user
    create          None: open it, or make it if there is none; True: it must be new; False: it must exist
    any_owner       True: trust a queue that another user made
    allow_pickle    whether objects that MessagePack cannot carry travel as pickles. A pickle is code that its getter
                    runs, hence: True for a queue without a name, False for one with a name
    capacity_bytes, max_participants    as in ipcq_open(3); 0: the default
    mode            permission bits of a new queue: 0o600, 0o660, 0o606 or 0o666; 0: 0o600
    strict          of a JoinableQueue. True: task_done() and nack() without a ticket raise Ambiguous, unless the
                    calling thread holds exactly one unfinished item. False: they warn once, and end the oldest

    A queue may be passed to a Process, under every start method. It is a queue.Queue for isinstance(), as
    logging.config and others ask, and has the methods of one, but shares none of its code.
    """

    _kind = _ipcq.PLAIN
    __contains__ = None  # else `in` would take items, by __iter__

    def __init__(self, maxsize=0, *, name=None, create=None, any_owner=False, allow_pickle=None, capacity_bytes=0,
                 max_participants=0, mode=0, strict=False):
        flags = self._kind | (_ipcq.ANY_OWNER if any_owner else 0)
        birth = 0 if create is None else _ipcq.CREATE_ONLY if create else _ipcq.OPEN_ONLY
        if allow_pickle is None:
            allow_pickle = name is None
        handle = _ipcq.Queue(None if name is None else name_from(name), flags | birth, maxsize_from(maxsize),
                             capacity_bytes, max_participants, mode)
        self._attach(handle, name, flags, allow_pickle, strict)

    def _attach(self, handle, name, flags, allow_pickle, strict):
        self._handle = handle
        self._known_name = None if name is None else handle.name()
        self._flags = flags
        self._put = handle.put
        self._put_value = handle.put_value
        self._get = handle.get
        self._get_value = handle.get_value
        self._reserve = handle.reserve
        self._borrow = handle.borrow
        self._put_values = handle.put_values
        self._get_values = handle.get_values
        self._get_items = handle.get_items
        self._regions = {}
        self._is_closed = False
        self._allow_pickle = bool(allow_pickle)
        self._accept = ACCEPT_PORTABLE | (ACCEPT_PICKLE if allow_pickle else 0)
        self._strict = bool(strict)
        holders.register(self)

    def __getstate__(self):
        """How to open the queue anew, and the attributes that a subclass or the user has set."""
        others = {key: value for key, value in vars(self).items() if key not in _OWN_ATTRIBUTES}
        return (self.name, self._flags, self._allow_pickle, self._strict), others

    def __setstate__(self, state):
        """Opens the queue by its name, which must still exist."""
        (name, flags, allow_pickle, strict), others = state
        self._attach(_ipcq.Queue(name, flags | _ipcq.OPEN_ONLY, 0, 0, 0, 0), name, flags, allow_pickle, strict)
        vars(self).update(others)

    def __repr__(self):
        name = "anonymous" if self._known_name is None else repr(self._known_name)
        return f"<ipcq.{type(self).__name__} {name} at {id(self):#x}>"

    @property
    def name(self):
        """Other processes open the queue by it. A queue made without a name gets one when it is first asked for here.

        Denied: the process that asks first has given up the rights of the queue's owner.
        """
        if self._known_name is None:
            self._known_name = self._handle.name()
        return self._known_name

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
        return self._decoded(*value) if type(value) is tuple else value

    def put_nowait(self, obj):
        """put() that does not wait. queue.Full: no room now."""
        self.put(obj, False)

    def get_nowait(self):
        """get() that does not wait. queue.Empty: there is no item now."""
        return self.get(False)

    def __iter__(self):
        """Gets one item after the other, and ends when the queue is shut down and empty. It waits as get() does."""
        while True:
            try:
                item = self.get()
            except ShutDown:
                return
            yield item

    def get_item(self, block=True, timeout=None):
        """Like get, returning an Item: the value, and what task_done(ticket) and nack(ticket) need to name it."""
        data, kind, ticket, deliveries = self._get(self._accept, timeout if block else _NOW)
        return Item(self._decoded(data, kind, ticket, deliveries), ticket, deliveries)

    # ------------------------------------------------------------------------------------------- many at once

    def put_many(self, objects, block=True, timeout=None):
        """Puts the first objects of a sequence, and returns how many: at least one, unless it is empty.

        Waits for room for the first, then puts as many as there is room for; call again with the rest. queue.Full: no
        room for the first one. When one of them cannot be encoded, none is put; one that can never fit ends the batch
        before it.
        """
        return self._put_values(objects, self._encode, timeout if block else _NOW)

    def get_many(self, max_items=MANY, block=True, timeout=None):
        """Takes the first item, as get does, and what is there behind it, up to max_items in all; returns a list.

        Undecodable: one of them is broken; .batch has them all.
        """
        values = self._get_values(self._accept, max_items, timeout if block else _NOW)
        return values if type(values) is list else decode_batch(*values)

    def get_many_items(self, max_items=MANY, block=True, timeout=None):
        """Like get_many, returning Items, as get_item does."""
        taken = self._get_items(self._accept, max_items, timeout if block else _NOW)
        tickets = [item[2] for item in taken]
        try:
            return decode_batch(taken, range(len(taken)), Item)
        except Exception:
            raise
        except BaseException:
            self._give_back(reversed(tickets))  # each before the one behind it
            raise

    def _decoded(self, data, kind, ticket=0, deliveries=0):
        try:
            return decode(data, kind, ticket, deliveries)
        except Exception:
            raise
        except BaseException:  # Ctrl-C: no caller will have the ticket
            self._give_back((ticket,))
            raise

    def _give_back(self, tickets):
        for ticket in tickets:
            if ticket:  # an item of a plain queue has none, and is gone
                try:
                    self.nack(ticket)
                except Error:
                    return  # the interrupt is raised; what is taken comes back when the queue is closed

    def _encode(self, obj):
        return encode(obj, self._allow_pickle)

    # ------------------------------------------------------------------------------------------- without copies

    def reserve(self, size, block=True, timeout=None):
        """Memory inside the queue for an item of up to size bytes, as an ipcq.Reservation:

            with q.reserve(size) as r:
                r.view[:5] = b"hello"
                r.commit(5)
        """
        return self._in_place(Reservation, self._reserve(size, timeout if block else _NOW))

    def borrow(self, block=True, timeout=None):
        """Takes the first item and leaves its bytes where they are, as an ipcq.Borrowed:

            with q.borrow() as item:
                read(item.view)

        The bytes are as they were put, whatever their type: no value is made of them.
        """
        return self._in_place(Borrowed, self._borrow(_ipcq.ACCEPT_ALL, timeout if block else _NOW))

    def _in_place(self, kind, region):
        self._regions[id(region)] = region  # close() ends those that it finds here, and the check below sees the others
        if self._is_closed:
            region.forget()
            self._closed()
        return kind(region, self)

    # ------------------------------------------------------------------------------------------- looking

    def qsize(self):
        """How many items are ready to be taken."""
        return self._handle.size()

    def empty(self):
        """Whether no item is ready to be taken."""
        return self._handle.empty()

    def full(self):
        """Whether put() would have to wait."""
        return self._handle.full()

    def stat(self):
        """A dict of the queue's numbers, as ipcq_stat(3) names them."""
        return self._handle.stat()

    def participants(self):
        """The processes that have the queue open and what each holds, a list of dicts, as ipcq_participants(3) names
        it."""
        return self._handle.participants()

    # ------------------------------------------------------------------------------------------- ending

    def shutdown(self, immediate=False):
        """Ends the queue in every process: put raises ShutDown, and get too when nothing is left.

        immediate: what nobody has taken yet is thrown away.
        """
        self._handle.shutdown(_ipcq.IMMEDIATE if immediate else _ipcq.DRAIN)

    def close(self):
        """Ends this process's use of the queue; items it took and did not finish go back. The queue itself stays.

        BufferError: a view that reserve() or borrow() gave is still in use; nothing has ended.
        """
        self._is_closed = True
        try:
            end_all(self)
        except BufferError:
            self._is_closed = False
            raise
        self._put = self._put_value = self._get = self._get_value = self._closed
        self._put_values = self._get_values = self._get_items = self._reserve = self._borrow = self._closed
        self._handle.close()

    def unlink(self):
        """Removes the queue's name; see ipcq.unlink()."""
        unlink(self.name)

    def join_thread(self):
        """Nothing to wait for: there is no feeder thread, put itself puts."""

    def cancel_join_thread(self):
        """Nothing to cancel; see join_thread()."""

    def _closed(self, *_):
        raise ValueError(f"Queue {self!r} is closed")

    @property
    def task_done(self):
        """Not of this queue: see JoinableQueue.task_done()."""
        raise AttributeError("a plain queue has no task_done(): make it as a JoinableQueue")

    @property
    def join(self):
        """Not of this queue: see JoinableQueue.join()."""
        raise AttributeError("a plain queue has no join(): make it as a JoinableQueue")


# What _attach() and close() set. The rest of an object's attributes travels with it.
_OWN_ATTRIBUTES = frozenset({
    "_handle", "_flags", "_put", "_put_value", "_get", "_get_value", "_reserve", "_borrow", "_put_values",
    "_get_values", "_get_items", "_regions", "_is_closed", "_allow_pickle", "_accept", "_strict", "_known_name",
})


class JoinableQueue(Queue):
    """A queue whose items are finished by task_done(), not by get().

    What a process took and did not finish when it died or closed the queue goes back to its place at the front.
    """

    _kind = _ipcq.JOINABLE

    def take(self, block=True, timeout=None):
        """Takes the first item as an ipcq.Delivery, which knows its item:

            with q.take() as job:
                work(job.value)

        The end of the block finishes the item; an exception gives it back. Waits and raises as get() does.
        """
        data, kind, ticket, deliveries = self._get(self._accept, timeout if block else _NOW)
        return Delivery(self, self._decoded(data, kind, ticket, deliveries), ticket, deliveries)

    def deliveries(self):
        """Takes one item after the other until the queue is shut down and empty:

            for job in q.deliveries():
                work(job.value)

        Each item is finished when the loop asks for the next one, unless it has ended already. An exception, a break or
        a return gives the current one back; write job.done() before a break that shall finish it. Threads do not share
        the iterator: each calls deliveries() itself.
        """
        return each(self.take, ShutDown)

    def task_done(self, ticket=None):
        """Finishes the item of a ticket, see get_item(), or without one the only item that the calling thread took.

        If that thread holds several, or none of its own, the oldest is finished; see `strict`. A delivery, see take(),
        is never in doubt. Does not block. NotTaken: this handle holds no such item. Inherited: the parent process
        took it.
        """
        self._end("task_done", self._handle.task_done, ticket)

    def nack(self, ticket=None):
        """Gives the item back instead, to its old place, for any getter. Tickets and errors as for task_done().

        May block for about 20 ms beside a stopped process, then raises Busy; the item stays taken.
        """
        self._end("nack", self._handle.nack, ticket)

    def _end(self, verb, end, ticket):
        global _warned
        if ticket is None:
            ticket = _ipcq.OLDEST_OF_THREAD if _warned and not self._strict else _ipcq.ONLY_OF_THREAD
        try:
            try:
                return end(ticket)
            except Ambiguous as error:
                remedy = f"use `with q.take() as job:`, or {verb}(ticket)"
                error.args = (f"{verb}() without a ticket: this thread does not hold exactly one item; {remedy}",)
                if self._strict:
                    raise
            warnings.warn(f"{verb}() without a ticket ends the oldest item, which may not be the one that was meant: "
                          f"this thread does not hold exactly one; {remedy}", AmbiguousWarning, stacklevel=3)
            _warned = True
            end(_ipcq.OLDEST_OF_THREAD)
        except NotTaken as error:
            error.args = (holders.sentence_for(self, verb),)
            raise

    def join(self, timeout=None):
        """Waits until every item that was put is finished. TimeoutError: not in time."""
        self._handle.join(timeout)
