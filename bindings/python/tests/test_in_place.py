# SPDX-License-Identifier: Apache-2.0
"""reserve and borrow: items that are written and read where they lie."""

import array
import gc
import os
import queue
import unittest

import ipcq
from support import QueueTest, wait_until, waiting


class Reserving(QueueTest):
    def test_written_and_committed(self):
        q = self.new_queue()
        with q.reserve(100_000) as r:
            self.assertEqual((len(r), r.view.nbytes, r.view.readonly), (100_000, 100_000, False))
            r.view[:] = b"x" * 100_000
            self.assertTrue(q.empty())
            r.commit()
        self.assertEqual(q.get(timeout=0), b"x" * 100_000)

    def test_a_smaller_size_and_another_type(self):
        q = self.new_queue()
        with q.reserve(100) as r:
            r.view[:3] = b"\x92\x01\x02"
            r.commit(3, ipcq.TYPE_MESSAGEPACK)
        with q.reserve(0) as r:
            r.commit()
        self.assertEqual([q.get(), q.get()], [[1, 2], b""])

    def test_left_without_commit_nothing_was_put(self):
        q = self.new_queue()
        with q.reserve(10) as r:
            pass
        with self.assertRaises(ipcq.NotReserved):
            r.abandon()
        with self.assertRaises(ZeroDivisionError), q.reserve(10):
            raise ZeroDivisionError
        self.assertTrue(q.empty())
        self.assertEqual(q._regions, {})

    def test_after_its_end_it_cannot_be_touched(self):
        q = self.new_queue()
        with q.reserve(10) as r:
            view = r.view
            r.commit()
            with self.assertRaises(ValueError):
                view[0] = 1
            with self.assertRaises(BufferError):
                memoryview(r._region)
            for end in (r.commit, r.abandon):
                with self.assertRaises(ipcq.NotReserved) as caught:
                    end()
                self.assertEqual(caught.exception.code, ipcq._ipcq.NOTRESERVED)

    def test_a_slice_that_is_alive_keeps_it_reserved(self):
        q = self.new_queue()
        with q.reserve(10) as r:
            part = r.view[2:4]
            for end in (r.commit, r.abandon, q.close):
                with self.assertRaisesRegex(BufferError, "still in use"):
                    end()
            part[:] = b"ab"
            r.view[:2] = b"xy"
            del part
            r.commit(4)
        self.assertEqual(q.get(timeout=0), b"xyab")

    def test_too_much_and_no_room_leave_it_reserved(self):
        q = self.new_queue(1)
        q.put(1)
        with q.reserve(4) as r:
            with self.assertRaises(ipcq.TooBig):
                r.commit(5)
            r.view[:] = b"abcd"
            with self.assertRaises(queue.Full):
                r.commit(block=False)
            with self.assertRaises(queue.Full):
                r.commit(timeout=0.01)
            self.assertEqual(bytes(r.view), b"abcd")
            committer = self.start(r.commit)
            wait_until(waiting(q, "put"))
            self.assertEqual(q.get(), 1)
            committer.join()
        self.assertEqual(q.get(timeout=0), b"abcd")

    def test_what_never_fits(self):
        q = self.new_queue(capacity_bytes=1 << 20)
        with self.assertRaises(ipcq.TooBig):
            q.reserve(2 << 20)
        with self.assertRaisesRegex(ipcq.Invalid, "^size is a whole number from 0 to "):
            q.reserve(-1)

    def test_no_room(self):
        q = self.new_queue(capacity_bytes=1 << 20)
        q.put(b"x" * 700_000)
        for timeout in (0, 0.01):
            with self.assertRaises(queue.Full):
                q.reserve(500_000, timeout=timeout)

    def test_forgotten_ones_are_given_back(self):
        q = self.new_queue(capacity_bytes=1 << 20)
        for _ in range(100):
            q.reserve(1 << 19, timeout=0)
            gc.collect()
        self.assertEqual(q._regions, {})

    def test_shut_down_and_closed(self):
        q = self.new_queue()
        r = q.reserve(10)
        q.shutdown()
        with self.assertRaises(ipcq.ShutDown):
            r.commit()
        with self.assertRaises(ipcq.ShutDown):
            q.reserve(10)
        q.close()
        with self.assertRaises(ValueError):
            len(r.view)
        with self.assertRaises(ipcq.NotReserved):
            r.commit()
        for use in (lambda: q.reserve(1), q.borrow):
            with self.assertRaisesRegex(ValueError, "is closed"):
                use()


class Borrowing(QueueTest):
    def test_read_where_it_lies(self):
        for kind in (ipcq.Queue, ipcq.JoinableQueue):
            q = self.new_queue(kind=kind)
            q.put(b"0123456789")
            with q.borrow() as item:
                self.assertEqual(bytes(item.view), b"0123456789")
                self.assertEqual((item.view.readonly, item.type, item.deliveries), (True, ipcq.TYPE_BYTES, 0))
                self.assertEqual(q.stat()["taken"], 1)
                view = item.view
            with self.assertRaises(ValueError):
                view[0]
            self.assertEqual((q.stat()["taken"], q.qsize(), q._regions), (0, 0, {}))
            with self.assertRaises(ipcq.NotTaken):
                item.release()

    def test_bytes_of_any_type_as_they_are(self):
        q = self.new_queue(name=self.new_name())
        q._handle.put(b"\x80\x04N.", ipcq.TYPE_PICKLE, None)
        q._handle.put(b"data", 700, None)
        for expected in ((b"\x80\x04N.", ipcq.TYPE_PICKLE), (b"data", 700)):
            with q.borrow() as item:
                self.assertEqual((bytes(item.view), item.type), expected)

    def test_in_vain(self):
        q = self.new_queue()
        for borrow in (lambda: q.borrow(block=False), lambda: q.borrow(timeout=0.01)):
            with self.assertRaises(queue.Empty):
                borrow()

    def test_it_waits(self):
        q = self.new_queue()
        received = []

        def borrow():
            with q.borrow() as item:
                received.append(bytes(item.view))
        getter = self.start(borrow)
        wait_until(waiting(q, "get"))
        q.put(b"there")
        getter.join()
        self.assertEqual(received, [b"there"])

    def test_a_slice_that_is_alive_keeps_it_borrowed(self):
        q = self.new_queue(kind=ipcq.JoinableQueue)
        q.put(array.array("d", [1.5, 2.5]).tobytes())
        with self.assertRaisesRegex(BufferError, "still in use"), q.borrow() as item:
            doubles = item.view.cast("d")
        self.assertEqual(doubles[1], 2.5)
        self.assertEqual(q.stat()["taken"], 1)
        with self.assertRaisesRegex(BufferError, "still in use"):
            q.close()
        self.assertEqual(len(item.view), 16)
        doubles.release()
        item.release()
        q.join(0)

    def test_a_slice_outlives_every_other_name(self):
        q = ipcq.Queue()
        q.put(b"0123456789")
        item = q.borrow()
        part = item.view[2:5]
        del q, item
        gc.collect()
        self.assertEqual(bytes(part), b"234")

    def test_an_exception_gives_it_back_to_a_joinable_queue(self):
        q = self.new_queue(kind=ipcq.JoinableQueue)
        q.put(b"work")
        with self.assertRaises(ZeroDivisionError), q.borrow():
            raise ZeroDivisionError
        with q.borrow(timeout=0) as item:
            self.assertEqual((bytes(item.view), item.deliveries), (b"work", 1))
            item.nack()
        with q.borrow(timeout=0) as item:
            self.assertEqual(item.deliveries, 2)
        q.join(0)

    def test_an_exception_does_not_give_it_back_to_a_plain_queue(self):
        q = self.new_queue()
        q.put(b"work")
        with self.assertRaises(ZeroDivisionError), q.borrow() as item:
            with self.assertRaises(ipcq.NotJoinable):
                item.nack()
            self.assertEqual(bytes(item.view), b"work")
            raise ZeroDivisionError
        self.assertEqual((q.qsize(), q.stat()["taken"]), (0, 0))

    def test_close_gives_back(self):
        q = self.new_queue(name=self.new_name())
        other = self.new_queue(name=q.name)
        q.put(b"work")
        item = q.borrow()
        q.close()
        with self.assertRaises(ValueError):
            item.view[0]
        self.assertEqual(other.get(timeout=0), b"work")

    def test_a_killed_process_gives_back(self):
        q = self.new_queue(name=self.new_name())
        q.put(b"work")
        process = self.run_program("""
            import os, signal, sys, ipcq
            item = ipcq.Queue(name=sys.argv[1]).borrow()
            os.kill(os.getpid(), signal.SIGKILL)
        """, q.name)
        process.wait()
        self.assertEqual(q.get(), b"work")

    def test_a_forked_child_has_no_view(self):
        q = self.new_queue(name=self.new_name(), kind=ipcq.JoinableQueue)
        q.put(b"work")
        with q.borrow() as item, q.reserve(10) as r:
            child = os.fork()
            if child == 0:
                refused = 0
                for use in (lambda: item.view[0], item.release, lambda: r.view[0], r.commit):
                    try:
                        use()
                    except ValueError:
                        refused += 1
                os._exit(refused)
            self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 4)
            self.assertEqual(bytes(item.view), b"work")
        self.assertEqual(q.stat()["taken"], 0)


if __name__ == "__main__":
    unittest.main()
