# SPDX-License-Identifier: Apache-2.0
"""Deliveries, and task_done() and nack() without a ticket."""

import os
import pickle
import queue
import threading
import unittest
import warnings

import ipcq
from ipcq import queues
from support import QueueTest, wait_until, waiting


class DeliveryTest(QueueTest):
    def new_joinable(self, *values, **options):
        q = self.new_queue(kind=ipcq.JoinableQueue, **options)
        for value in values:
            q.put(value)
        return q

    def check(self, q, *, dones, left):
        """How many items are finished, and which are to be taken."""
        self.assertEqual((q.stat()["dones"], q.stat()["taken"]), (dones, 0))
        self.assertEqual([q.get(timeout=0) for _ in range(q.qsize())], left)


class Raises:
    """Raises while it is read, as Ctrl-C does there."""

    def __init__(self, kind):
        self.kind = kind

    def __reduce__(self):
        return _raise, (self.kind,)


def _raise(kind):
    raise kind


class Interrupted(DeliveryTest):
    def test_what_is_being_read_goes_back(self):
        takes = (ipcq.JoinableQueue.take, ipcq.JoinableQueue.get, ipcq.JoinableQueue.get_item,
                 lambda q: next(q.deliveries()))
        for take in takes:
            q = self.new_joinable(Raises(KeyboardInterrupt), "behind")
            with self.assertRaises(KeyboardInterrupt):
                take(q)
            stat = q.stat()
            self.assertEqual((stat["items"], stat["taken"], stat["nacks"]), (2, 0, 1))
            q.close()

    def test_items_of_a_batch_go_back_in_order(self):
        q = self.new_joinable("first", Raises(KeyboardInterrupt), "last")
        with self.assertRaises(KeyboardInterrupt):
            q.get_many_items()
        self.assertEqual((q.qsize(), q.stat()["taken"]), (3, 0))
        self.assertEqual(q.get_item().value, "first")

    def test_a_value_that_ends_the_process_is_undecodable(self):
        q = self.new_joinable(Raises(SystemExit))
        with self.assertRaises(ipcq.Undecodable) as caught:
            q.take()
        q.task_done(caught.exception.ticket)
        q.join(0)


class Taking(DeliveryTest):
    def test_the_end_of_the_block_finishes(self):
        q = self.new_joinable("work")
        with q.take() as job:
            self.assertEqual((job.value, job.deliveries), ("work", 0))
            self.assertGreater(job.ticket, 0)
        self.check(q, dones=1, left=[])
        q.join(0)

    def test_an_exception_gives_back(self):
        q = self.new_joinable("first", "second")
        with self.assertRaises(ZeroDivisionError), q.take():
            raise ZeroDivisionError
        with q.take() as job:
            self.assertEqual((job.value, job.deliveries), ("first", 1))
        self.check(q, dones=1, left=["second"])

    def test_an_exception_takes_no_other_item_with_it(self):
        q = self.new_joinable(*range(10))
        for _ in range(12):
            try:
                with q.take(timeout=0) as job:
                    if job.deliveries == 0 and job.value in (3, 7):
                        raise ZeroDivisionError
            except ZeroDivisionError:
                pass
        self.check(q, dones=10, left=[])

    def test_the_block_may_end_it(self):
        for end in ("done", "nack"):
            q = self.new_joinable(1)
            with q.take() as job:
                getattr(job, end)()
                for again in (job.done, job.nack):
                    with self.assertRaisesRegex(ipcq.NotTaken, "already"):
                        again()
            self.check(q, dones=end == "done", left=[1] * (end == "nack"))

    def test_the_block_may_end_it_by_its_ticket(self):
        q = self.new_joinable(1, 2)
        with q.take() as job:
            q.task_done(job.ticket)
        with self.assertRaises(ZeroDivisionError), q.take() as job:
            q.task_done(job.ticket)
            raise ZeroDivisionError
        self.check(q, dones=2, left=[])

    def test_an_item_taken_anew_is_not_ended_by_the_old_delivery(self):
        q = self.new_joinable(1)
        first = q.take()
        first.nack()
        second = q.take(timeout=0)
        with self.assertRaises(ipcq.NotTaken):
            first.done()
        second.done()
        self.check(q, dones=1, left=[])

    def test_without_a_block(self):
        q = self.new_joinable(1, 2)
        first, second = q.take(), q.take()
        second.done()
        first.nack()
        self.check(q, dones=1, left=[1])

    def test_any_thread_may_end_it(self):
        q = self.new_joinable(1)
        job = q.take()
        self.start(job.done).join()
        self.check(q, dones=1, left=[])

    def test_in_vain(self):
        q = self.new_joinable()
        for take in (lambda: q.take(False), lambda: q.take(timeout=0.01)):
            with self.assertRaises(queue.Empty):
                take()
        q.shutdown()
        with self.assertRaises(ipcq.ShutDown):
            q.take()

    def test_the_exception_of_the_block_wins(self):
        q = self.new_joinable(1)
        with self.assertRaises(ZeroDivisionError), q.take():
            q.close()
            raise ZeroDivisionError

    def test_a_failing_end_is_raised(self):
        q = self.new_joinable(1)
        with self.assertRaisesRegex(ValueError, "closed"), q.take():
            q.close()

    def test_a_plain_queue_has_none(self):
        q = self.new_queue()
        self.assertFalse(hasattr(q, "take") or hasattr(q, "deliveries"))


class Looping(DeliveryTest):
    def test_until_shutdown(self):
        q = self.new_joinable(*range(100))
        q.shutdown()
        self.assertEqual([job.value for job in q.deliveries()], list(range(100)))
        self.check(q, dones=100, left=[])

    def test_the_one_before_is_finished_when_the_next_is_asked_for(self):
        q = self.new_joinable(1, 2)
        jobs = q.deliveries()
        self.assertEqual(q.stat()["taken"], 0)
        next(jobs)
        self.assertEqual((q.stat()["dones"], q.stat()["taken"]), (0, 1))
        next(jobs)
        self.assertEqual((q.stat()["dones"], q.stat()["taken"]), (1, 1))
        jobs.close()
        self.check(q, dones=1, left=[2])

    def test_a_waiting_loop_ends_at_shutdown(self):
        q = self.new_joinable()
        looper = self.start(lambda: list(q.deliveries()))
        wait_until(waiting(q, "get"))
        q.shutdown()
        looper.join()

    def test_break_gives_back(self):
        q = self.new_joinable(1, 2, 3)
        for job in q.deliveries():
            if job.value == 2:
                break
        self.check(q, dones=1, left=[2, 3])

    def test_break_after_done(self):
        q = self.new_joinable(1, 2, 3)
        for job in q.deliveries():
            if job.value == 2:
                job.done()
                break
        self.check(q, dones=2, left=[3])

    def test_return_gives_back(self):
        q = self.new_joinable(1, 2)

        def first():
            for job in q.deliveries():
                return job.value
        self.assertEqual(first(), 1)
        self.check(q, dones=0, left=[1, 2])

    def test_an_exception_gives_back(self):
        q = self.new_joinable(1, 2)
        with self.assertRaises(ZeroDivisionError):
            for job in q.deliveries():
                job.value / 0
        self.check(q, dones=0, left=[1, 2])

    def test_continue_finishes_unless_it_was_given_back(self):
        q = self.new_joinable(1, 2, 3)
        for job in q.deliveries():
            if job.value == 1 and job.deliveries == 0:
                job.nack()
                continue
            if job.value == 3:
                q.shutdown()
        self.check(q, dones=3, left=[])


class WithoutTicket(DeliveryTest):
    def setUp(self):
        super().setUp()
        self.addCleanup(setattr, queues, "_warned", queues._warned)
        queues._warned = False

    def warnings_of(self, call, *arguments):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            call(*arguments)
        return caught

    def test_the_only_item_is_ended_in_silence(self):
        for strict in (False, True):
            q = self.new_joinable(1, 2, 3, strict=strict)
            for end in (q.task_done, q.nack, q.task_done):
                q.get()
                self.assertEqual(self.warnings_of(end), [])
            self.check(q, dones=2, left=[3])

    def test_several_warn_once_and_end_the_oldest(self):
        q = self.new_joinable(1, 2, 3, 4)
        for _ in range(4):
            q.get()
        caught = self.warnings_of(q.nack)
        self.assertEqual([(one.category, one.filename) for one in caught], [(ipcq.AmbiguousWarning, __file__)])
        self.assertIsInstance(caught[0].message, RuntimeWarning)
        self.assertRegex(str(caught[0].message), r"q\.take\(\)")
        self.assertEqual(self.warnings_of(q.task_done), [])
        self.assertEqual(q.get(timeout=0), 1)
        self.assertEqual(q.stat()["dones"], 1)

    def test_none_of_its_own_warns_and_ends_the_oldest(self):
        q = self.new_joinable(1, 2)
        self.start(lambda: [q.get(), q.get()]).join()
        self.assertEqual([one.category for one in self.warnings_of(q.task_done)], [ipcq.AmbiguousWarning])
        q.task_done()
        q.join(0)

    def test_a_warning_that_is_an_error_ends_nothing(self):
        q = self.new_joinable(1, 2)
        q.get(), q.get()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for end in (q.task_done, q.nack, q.task_done):
                with self.assertRaises(ipcq.AmbiguousWarning):
                    end()
        self.assertEqual(q.stat()["taken"], 2)

    def test_strict_raises_and_ends_nothing(self):
        name = self.new_name()
        q = self.new_joinable(1, 2, name=name, strict=True)
        queues._warned = True
        copy = pickle.loads(pickle.dumps(q))
        self.addCleanup(copy.close)
        for strict in (q, copy):
            strict.get(), strict.get()
            for end in (strict.task_done, strict.nack):
                with self.assertRaisesRegex(ipcq.Ambiguous, r"q\.take\(\)") as caught:
                    end()
                self.assertEqual(caught.exception.code, ipcq._ipcq.AMBIGUOUS)
            self.assertEqual(strict.stat()["taken"], 2)
            strict.close()

    def test_strict_says_too_many(self):
        q = self.new_joinable(strict=True)
        with self.assertRaisesRegex(ipcq.NotTaken, "too many times"):
            q.task_done()


class Elsewhere(DeliveryTest):
    def test_another_handle_of_the_process(self):
        q = self.new_joinable(1, name=self.new_name())
        copy = pickle.loads(pickle.dumps(q))
        self.addCleanup(copy.close)
        ticket = q.get_item().ticket
        for end in (copy.task_done, copy.nack, lambda: copy.task_done(ticket)):
            with self.assertRaises(ipcq.NotTaken) as caught:
                end()
            self.assertIn(f"another handle of this process to the same queue, {q!r}, holds 1", str(caught.exception))
        q.task_done()
        with self.assertRaisesRegex(ipcq.NotTaken, "too many times"):
            copy.task_done()

    def test_another_process(self):
        q = self.new_joinable(1, name=self.new_name())
        process = self.run_program("""
            import ipcq, sys
            q = ipcq.JoinableQueue(name=sys.argv[1])
            q.get()
            print("taken", flush=True)
            sys.stdin.read()
        """, q.name, stdin=-1)
        self.addCleanup(process.stdin.close)
        self.assertEqual(process.stdout.readline(), "taken\n")
        with self.assertRaisesRegex(ipcq.NotTaken, rf"process {process.pid} \(python.*\) holds 1 "):
            q.task_done()

    def test_a_forked_child(self):
        q = self.new_joinable(1, 2)
        job = q.take()
        calls = (job.done, job.nack, q.task_done, q.nack, lambda: job.__exit__(None, None, None))
        pid = os.fork()
        if pid == 0:
            inherited = 0
            try:
                for call in calls:
                    try:
                        call()
                    except ipcq.Inherited:
                        inherited += 1
                job.__exit__(ZeroDivisionError, None, None)
                os._exit(inherited)
            finally:
                os._exit(99)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), len(calls))
        job.done()
        self.check(q, dones=1, left=[2])

    def test_a_killed_taker(self):
        q = self.new_joinable("work", name=self.new_name())
        process = self.run_program("""
            import ipcq, os, signal, sys
            for job in ipcq.JoinableQueue(name=sys.argv[1]).deliveries():
                os.kill(os.getpid(), signal.SIGKILL)
        """, q.name)
        process.wait()
        with q.take(timeout=60) as job:
            self.assertEqual((job.value, job.deliveries), ("work", 1))

    def test_threads_that_each_take_their_own(self):
        q = self.new_joinable(*range(2000))
        q.shutdown()
        taken = []

        def work():
            for job in q.deliveries():
                taken.append(job.value)
        workers = [threading.Thread(target=work) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        self.assertEqual(sorted(taken), list(range(2000)))
        self.check(q, dones=2000, left=[])


if __name__ == "__main__":
    unittest.main()
