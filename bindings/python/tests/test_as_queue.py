# SPDX-License-Identifier: Apache-2.0
"""What a user of queue.Queue and multiprocessing.Queue expects beside put and get."""

import copy
import inspect
import logging
import logging.config
import logging.handlers
import multiprocessing
import pickle
import queue
import sys
import unittest

import ipcq
from ipcq import queues
from support import QueueTest, wait_until, waiting


class Labelled(ipcq.Queue):
    def __init__(self, *arguments, label, **options):
        super().__init__(*arguments, **options)
        self.label = label


class WithState(Labelled):
    """As programs written for multiprocessing have it."""

    def __getstate__(self):
        return super().__getstate__(), "state of " + self.label

    def __setstate__(self, state):
        super().__setstate__(state[0])
        self.extra = state[1]


def tell(q, back):
    back.put([type(q).__name__, q.label, getattr(q, "extra", None), q.get(timeout=60)])


class Pickling(QueueTest):
    def test_what_a_subclass_has_set(self):
        for kind, extra in ((Labelled, None), (WithState, "state of mine")):
            q = self.new_queue(kind=lambda kind=kind: kind(5, label="mine", strict=True))
            back = self.new_queue()
            q.put("item")
            process = multiprocessing.get_context("spawn").Process(target=tell, args=(q, back))
            process.start()
            process.join()
            self.assertEqual(back.get(timeout=0), [kind.__name__, "mine", extra, "item"])

    def test_copies_open_the_queue_anew(self):
        q = self.new_queue(kind=lambda: Labelled(label=[1], name=self.new_name(), any_owner=True, strict=True))
        for other in (copy.copy(q), pickle.loads(pickle.dumps(q))):
            self.addCleanup(other.close)
            q.put(1)
            self.assertEqual((other.get(timeout=0), other.label, other.name), (1, [1], q.name))
            self.assertEqual((other._flags, other._allow_pickle, other._strict), (q._flags, False, True))
            self.assertIsNot(other._handle, q._handle)

    def test_every_attribute_of_our_own_is_known(self):
        q = self.new_queue()
        self.assertEqual(set(vars(q)), queues._OWN_ATTRIBUTES)
        q.close()
        self.assertEqual(set(vars(q)), queues._OWN_ATTRIBUTES)

    def test_a_queue_that_is_gone(self):
        q = ipcq.Queue()
        data = pickle.dumps(q)
        q.close()
        with self.assertRaisesRegex(ipcq.NotFound, "is never made on request"):
            pickle.loads(data)


class Opening(QueueTest):
    def test_as_it_is(self):
        for kind, maxsize in ((ipcq.Queue, 3), (ipcq.JoinableQueue, 0)):
            q = self.new_queue(maxsize, kind=kind, name=self.new_name())
            other = ipcq.open(q.name)
            self.addCleanup(other.close)
            self.assertIs(type(other), kind)
            q.put(1)
            self.assertEqual(other.get(timeout=0), 1)
            with self.assertRaises(ipcq.PickleRefused):
                other.put((1, 2))

    def test_options(self):
        q = self.new_queue(kind=ipcq.JoinableQueue, name=self.new_name())
        other = ipcq.open(q.name, allow_pickle=True, strict=True, any_owner=True)
        self.addCleanup(other.close)
        other.put((1, 2))
        self.assertEqual(other.get(timeout=0), (1, 2))
        other.put(3)
        other.get()
        with self.assertRaises(ipcq.Ambiguous):
            other.task_done()

    def test_there_must_be_one(self):
        name = self.new_name()
        with self.assertRaises(FileNotFoundError) as caught:
            ipcq.open(name)
        self.assertEqual((caught.exception.errno, caught.exception.code), (2, ipcq._ipcq.NOTFOUND))
        with self.assertRaises(FileNotFoundError):
            ipcq.Queue(name=name, create=False)

    def test_it_does_not_hide_pythons_own(self):
        names = {}
        exec("from ipcq import *", names)
        self.assertNotIn("open", names)


class Iterating(QueueTest):
    def test_until_shutdown(self):
        q = self.new_queue()
        q.put_many([1, None, False])
        q.shutdown()
        self.assertEqual(list(q), [1, None, False])
        self.assertEqual(list(q), [])

    def test_it_waits(self):
        q, received = self.new_queue(), []
        getter = self.start(lambda: received.extend(q))
        wait_until(waiting(q, "get"))
        q.put(1)
        q.shutdown()
        getter.join()
        self.assertEqual(received, [1])

    def test_in_takes_nothing(self):
        q = self.new_queue()
        q.put(1)
        with self.assertRaises(TypeError):
            self.assertTrue(1 in q)
        self.assertEqual(q.qsize(), 1)


class Standing(QueueTest):
    def test_annotations(self):
        for kind in (ipcq.Queue, ipcq.JoinableQueue):
            self.assertEqual((kind[str].__origin__, kind[str].__args__), (kind, (str,)))

    def test_it_is_a_queue_for_isinstance(self):
        self.assertIsInstance(self.new_queue(), queue.Queue)

    def test_it_has_the_methods_that_logging_asks_for(self):
        for name in ("empty", "full", "get", "get_nowait", "put", "put_nowait", "join", "qsize", "task_done"):
            self.assertTrue(callable(getattr(self.new_queue(kind=ipcq.JoinableQueue), name)))

    def test_no_code_of_the_queue_module_runs(self):
        inherited = [name for name in vars(queue.Queue)
                     if not name.startswith("_") and getattr(ipcq.JoinableQueue, name) is getattr(queue.Queue, name)]
        self.assertEqual(inherited, [])
        self.assertEqual(inspect.signature(ipcq.Queue.get), inspect.signature(queue.Queue.get))

    def test_a_plain_queue_has_no_join_as_in_multiprocessing(self):
        q = self.new_queue()
        for name in ("join", "task_done"):
            self.assertFalse(hasattr(q, name))
            with self.assertRaisesRegex(AttributeError, "JoinableQueue"):
                getattr(q, name)

    def test_logging(self):
        q = self.new_queue()
        logger = logging.Logger("test")
        logger.addHandler(logging.handlers.QueueHandler(q))
        lines = []
        handler = logging.Handler()
        handler.emit = lambda record: lines.append(record.getMessage())
        listener = logging.handlers.QueueListener(q, handler)
        listener.start()
        logger.error("hello %s", "there")
        listener.stop()
        self.assertEqual(lines, ["hello there"])

    @unittest.skipIf(sys.version_info < (3, 12), "dictConfig knows queues from Python 3.12 on")
    def test_dict_config(self):
        for kind in (ipcq.Queue, ipcq.JoinableQueue):
            q = self.new_queue(kind=kind)
            logging.config.dictConfig({
                "version": 1, "disable_existing_loggers": False,
                "handlers": {"null": {"class": "logging.NullHandler"},
                             "queued": {"class": "logging.handlers.QueueHandler", "queue": q, "handlers": ["null"]}},
                "loggers": {"ipcq-test": {"handlers": ["queued"]}},
            })
            logging.getLogger("ipcq-test").error("hello")
            self.assertEqual(q.get(timeout=0).getMessage(), "hello")


if __name__ == "__main__":
    unittest.main()
