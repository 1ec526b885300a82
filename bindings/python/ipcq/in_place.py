# SPDX-License-Identifier: Apache-2.0
"""Items that are written and read where they lie in the queue.

A memoryview of them is good until they end. Slices of it, and objects made from one (an array of another library), have
to go first. Nothing can take them away, so BufferError says that they are there, and nothing ends.
"""

import os
import weakref

from . import _ipcq
from .errors import Error

TYPE_BYTES = _ipcq.TYPE_BYTES
TYPE_MESSAGEPACK = _ipcq.TYPE_MESSAGEPACK
TYPE_PICKLE = _ipcq.TYPE_PICKLE

_places = weakref.WeakSet()


class _Place:
    def __init__(self, region, queue):
        self._region = region
        self._queue = queue
        self.view = memoryview(region)
        _places.add(self)

    def __enter__(self):
        return self

    def __len__(self):
        return self._region.size()

    def _let_go(self, end):
        """Releases the view and ends the region by calling `end`; a view is there again when it goes on."""
        self.view.release()
        try:
            end()
        finally:
            self._look_again()

    def _look_again(self):
        if self._region.live():
            self.view = memoryview(self._region)
        else:
            self._queue._regions.pop(id(self._region), None)


class Reservation(_Place):
    """Memory inside the queue, written through .view; nobody sees it before commit().

    It takes whole segments of 4 to 64 KiB, so it is for large items and short times.
    """

    def commit(self, size=None, type=TYPE_BYTES, block=True, timeout=None):
        """Makes the first size bytes (None: all) the next item. queue.Full: it stays reserved, call again."""
        size = len(self) if size is None else size
        self._let_go(lambda: self._region.commit(size, type, timeout if block else 0))

    def abandon(self):
        """Gives the memory back unused, as leaving the block without commit() does."""
        self._let_go(lambda: self._region.finish(False))

    def __exit__(self, *_):
        if self._region.live():
            self.abandon()

    def __del__(self):
        try:
            self.__exit__()
        except (BufferError, Error, ValueError):
            pass  # a view of it lives on; or a forked child, to which it does not belong


class Borrowed(_Place):
    """An item that was taken and lies in the queue, read through .view; .type says what its bytes are.

    .ticket and .deliveries are those of an Item. A process that may write the queue may change the bytes meanwhile: do
    not trust what was read twice. At the end of the block it is finished; when an exception ends the block, a
    JoinableQueue has it back.
    """

    @property
    def type(self):
        """What the bytes are: ipcq.TYPE_BYTES, TYPE_MESSAGEPACK, TYPE_PICKLE or a number of your own."""
        return self._region.item_type()

    @property
    def ticket(self):
        """The item's number, for task_done() and nack() of a JoinableQueue."""
        return self._region.ticket()

    @property
    def deliveries(self):
        """How often the item was taken before and not finished."""
        return self._region.deliveries()

    def release(self):
        """Finishes the item: nobody will get it again."""
        self._let_go(lambda: self._region.finish(False))

    def nack(self):
        """Gives it back to a JoinableQueue, to its old place."""
        self._let_go(lambda: self._region.finish(True))

    def __exit__(self, kind, *_):
        if not self._region.live():
            return
        if kind is not None and self._queue._kind == _ipcq.JOINABLE:
            self.nack()
        else:
            self.release()


def end_all(queue):
    """Before the queue is closed, which gives back what they are. BufferError: one is in use, so all go on."""
    places = [place for place in list(_places) if place._queue is queue]
    try:
        for place in places:
            place.view.release()
        if any(region.views() for region in queue._regions.values()):
            raise BufferError("a view that reserve() or borrow() gave is still in use: release it before close()")
    except BufferError:
        for place in places:
            place._look_again()
        raise
    for region in queue._regions.values():
        region.forget()
    queue._regions.clear()


def _release_views():
    """A forked child does not have the memory: a touch would end it."""
    for place in list(_places):
        try:
            place.view.release()
        except BufferError:
            pass


os.register_at_fork(after_in_child=_release_views)
