# SPDX-License-Identifier: Apache-2.0
"""A delivery: one item that was taken from a joinable queue, as an object that ends it."""

from .errors import NotTaken


class Delivery:
    """One item that JoinableQueue.take() has taken.

    value         what was put
    deliveries    how often the item was taken before and not finished
    ticket        the item's number, for task_done(ticket) and nack(ticket)

    As a context manager it finishes the item at the end of the block, unless the item is finished or given back
    already. An exception that ends the block gives the item back, and is raised also if giving back fails.
    Any thread may end a delivery. A forked child may not: there each call raises Inherited.
    """

    __slots__ = ("value", "ticket", "deliveries", "_queue", "_ended")

    def __init__(self, queue, value, ticket, deliveries):
        self.value = value
        self.ticket = ticket
        self.deliveries = deliveries
        self._queue = queue
        self._ended = False

    def done(self):
        """Finishes the item: no getter receives it again. Does not block. NotTaken: it has ended already."""
        self._end(self._queue.task_done)

    def nack(self):
        """Gives the item back, to its old place, for any getter. NotTaken: it has ended already.

        May block for about 20 ms beside a stopped process, then raises Busy; the item stays taken.
        """
        self._end(self._queue.nack)

    def _end(self, end):
        if self._ended:
            raise NotTaken("this delivery was finished or given back already: end each delivery once")
        end(self.ticket)
        self._ended = True

    def __repr__(self):
        return f"<ipcq.Delivery {self.value!r}{' (ended)' if self._ended else ''}>"

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if self._ended:
            return
        try:
            self._end(self._queue.task_done if kind is None else self._queue.nack)
        except NotTaken:
            pass  # the block ended it by its ticket
        except Exception:
            if kind is None:
                raise


def each(take, ended):
    """Yields deliveries until take() raises `ended`; see JoinableQueue.deliveries()."""
    while True:
        try:
            delivery = take()
        except ended:
            return
        with delivery:
            yield delivery
