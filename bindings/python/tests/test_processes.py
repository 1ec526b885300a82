# SPDX-License-Identifier: Apache-2.0
"""Several processes: every start method, the end of one of them in every manner."""

import gc
import multiprocessing
import os
import pickle
import queue
import signal
import unittest

import ipcq
from support import QueueTest, wait_until, waiting


def echo(work, answers):
    """A child of every start method: it must find this function by importing this file."""
    while (value := work.get()) is not None:
        answers.put([os.getpid(), value])
        work.task_done()
    work.task_done()


def put_tuple(q):
    q.put((1, 2))


class StartMethods(QueueTest):
    def test_every_one(self):
        for method in ("fork", "spawn", "forkserver"):
            for name in (None, self.new_name()):
                with self.subTest(method, name=name):
                    self.check(multiprocessing.get_context(method), name)

    def check(self, context, name):
        work = self.new_queue(kind=ipcq.JoinableQueue, name=name)
        answers = self.new_queue()
        child = context.Process(target=echo, args=(work, answers))
        child.start()
        for value in ("a", [1, 2], None):
            work.put(value)
        work.join()
        child.join()
        self.assertEqual(child.exitcode, 0)
        self.assertEqual([answers.get(timeout=0) for _ in range(2)], [[child.pid, "a"], [child.pid, [1, 2]]])

    def test_permission_to_pickle_travels(self):
        for options in ({}, {"name": self.new_name(), "allow_pickle": True}):
            q = self.new_queue(**options)
            child = multiprocessing.get_context("spawn").Process(target=put_tuple, args=(q,))
            child.start()
            child.join()
            self.assertEqual(q.get(timeout=0), (1, 2))

    def test_a_pickled_queue_is_the_same_queue(self):
        q = self.new_queue(3)
        copy = pickle.loads(pickle.dumps(q))
        self.addCleanup(copy.close)
        copy.put("hello")
        self.assertEqual(q.get(timeout=0), "hello")
        self.assertIs(type(copy), ipcq.Queue)

    def test_a_queue_that_is_gone_is_not_made_again(self):
        q = self.new_queue(name=self.new_name())
        data = pickle.dumps(q)
        q.unlink()
        with self.assertRaises(FileNotFoundError):
            pickle.loads(data)


class Fork(QueueTest):
    def fork(self, child):
        """Runs child() in a forked process, which ends without Python's clean-up; its exit code."""
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                child()
                code = 0
            finally:
                os._exit(code)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def test_child_uses_what_it_inherited(self):
        q = self.new_queue()
        self.assertEqual(self.fork(lambda: q.put(os.getppid())), 0)
        self.assertEqual(q.get(timeout=0), os.getpid())

    def test_child_may_close_while_a_thread_of_the_parent_waits(self):
        q = self.new_queue()
        received = []
        getter = self.start(lambda: received.append(q.get()))
        wait_until(waiting(q, "get"))

        def child():
            q.put("from the child")
            q.close()
        self.assertEqual(self.fork(child), 0)
        getter.join()
        self.assertEqual(received, ["from the child"])

    def test_child_cannot_finish_the_parents_item(self):
        q = self.new_queue(kind=ipcq.JoinableQueue)
        q.put(1)
        item = q.get_item()

        def child():
            try:
                q.task_done(item.ticket)
            except ValueError:
                return
            raise AssertionError("finished")
        self.assertEqual(self.fork(child), 0)
        q.task_done()
        q.join(0)

    def test_child_that_drops_its_queue_does_no_harm(self):
        queues = [ipcq.JoinableQueue()]
        name = queues[0].name
        queues[0].put(1)
        self.assertEqual(queues[0].get(), 1)

        def child():
            queues.clear()
            gc.collect()
        self.assertEqual(self.fork(child), 0)
        self.assertEqual(queues[0].stat()["taken"], 1)
        queues[0].task_done()
        reopened = pickle.loads(pickle.dumps(queues[0]))
        self.assertEqual(reopened.name, name)
        reopened.close()
        queues[0].close()

    def test_child_that_goes_through_pythons_whole_end_does_no_harm(self):
        for deeds, deliveries in (("", 0), ("q.get()", 1)):
            process = self.run_program("""
                import os, sys, ipcq
                q = ipcq.JoinableQueue()
                q.put("taken")
                q.put("ready")
                q.get()
                child = os.fork()
                if child == 0:
                    exec(sys.argv[1])
                    sys.exit(0)
                print(os.waitpid(child, 0)[1], q.stat()["taken"], q.qsize(), os.path.exists("/dev/shm/ipcq." + q.name))
                q.task_done()
                print(*q.get_item(timeout=60)[::2])
            """, deeds)
            with self.subTest(deeds):
                self.assertEqual(process.communicate(), (f"0 1 1 True\nready {deliveries}\n", ""))


class OtherProcesses(QueueTest):
    def test_shutdown_wakes_them(self):
        name = self.new_name()
        q = self.new_queue(name=name)
        process = self.run_program("""
            import sys, ipcq
            try:
                ipcq.Queue(name=sys.argv[1]).get()
            except ipcq.ShutDown:
                print("shut down")
        """, name)
        wait_until(waiting(q, "get"))
        q.shutdown()
        self.assertEqual(process.communicate(), ("shut down\n", ""))

    def test_control_c_in_another_process(self):
        name = self.new_name()
        q = self.new_queue(name=name)
        process = self.run_program("""
            import signal, sys, ipcq
            signal.signal(signal.SIGINT, signal.default_int_handler)
            ipcq.Queue(name=sys.argv[1]).get()
        """, name)
        wait_until(waiting(q, "get"))
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
        self.assertIn("KeyboardInterrupt", errors)
        self.assertEqual(process.returncode, -signal.SIGINT)

    def test_killed_it_gives_back_in_order(self):
        name = self.new_name()
        q = self.new_queue(name=name, kind=ipcq.JoinableQueue)
        for number in range(4):
            q.put(number)
        process = self.run_program("""
            import sys, ipcq
            q = ipcq.JoinableQueue(name=sys.argv[1])
            print(q.get(), q.get(), q.get(), flush=True)
            q.task_done()
            print("one done", flush=True)
            ipcq.Queue().get()
        """, name)
        self.assertEqual(process.stdout.readline(), "0 1 2\n")
        self.assertEqual(process.stdout.readline(), "one done\n")
        process.kill()
        process.wait()
        self.new_queue(name=name, kind=ipcq.JoinableQueue)  # each process that opens a queue looks for the dead
        self.assertEqual(q.stat()["recovered"], 2)
        items = [q.get_item(timeout=0) for _ in range(3)]
        self.assertEqual([(item.value, item.deliveries) for item in items], [(1, 1), (2, 1), (3, 0)])
        for _ in items:
            q.task_done()
        q.join(0)

    def test_a_killed_waiter_does_not_stop_the_others(self):
        name = self.new_name()
        q = self.new_queue(name=name)
        process = self.run_program("import sys, ipcq; ipcq.Queue(name=sys.argv[1]).get()", name)
        wait_until(waiting(q, "get"))
        process.kill()
        process.wait()
        q.put("for the living")
        self.assertEqual(q.get(timeout=60), "for the living")

    def test_an_anonymous_queue_goes_with_its_last_user(self):
        q = ipcq.Queue()
        path = f"/dev/shm/ipcq.{q.name}"
        self.assertTrue(os.path.exists(path))
        q.close()
        self.assertFalse(os.path.exists(path))

    def test_an_anonymous_queue_has_no_name_until_it_is_asked_for(self):
        process = self.run_program("""
            import ipcq, os

            def names():
                links = [fd for fd in os.listdir("/proc/self/fd") if os.path.islink(f"/proc/self/fd/{fd}")]
                paths = [f"/proc/self/fd/{fd}" for fd in links]
                return [os.stat(path).st_nlink for path in paths if os.readlink(path).startswith("/dev/shm/")]

            q = ipcq.Queue(1)
            q.put(repr(q))
            try:
                q.put_nowait(2)
            except ipcq.Full as error:
                print(str(error).startswith("The anonymous queue is full"))
            print(q.get().startswith("<ipcq.Queue anonymous at "), names())
            print(q.name in repr(q), names(), f"/dev/shm/ipcq.{q.name}")
        """)
        output, errors = process.communicate()
        *lines, last = output.splitlines()
        self.assertEqual((lines, errors), (["True", "True [0]"], ""))
        found, names, path = last.split()
        self.assertEqual((found, names), ("True", "[1]"))
        self.assertFalse(os.path.exists(path))  # the process has ended without closing it

    @unittest.skipIf(os.geteuid() != 0, "skipped: only root may change the user")
    def test_workers_that_are_forked_after_the_rights_are_gone(self):
        process = self.run_program("""
            import ipcq, os
            q = ipcq.Queue()
            os.setgid(65534), os.setuid(65534)
            if os.fork() == 0:
                q.put("from a worker")
                os._exit(0)
            print(q.get(timeout=60))
            try:
                q.name
            except PermissionError as error:
                print("ask for the name before" in error.strerror)
        """)
        self.assertEqual(process.communicate(), ("from a worker\nTrue\n", ""))

    def test_items_outlive_the_process_that_put_them(self):
        name = self.new_name()
        process = self.run_program("import sys, ipcq; ipcq.Queue(name=sys.argv[1]).put('left behind')", name)
        self.assertEqual(process.communicate(), ("", ""))
        q = self.new_queue(name=name, create=False)
        self.assertEqual(q.get(timeout=0), "left behind")
        with self.assertRaises(queue.Empty):
            q.get_nowait()


class Truncation(QueueTest):
    def run_cut(self, guard):
        process = self.run_program("""
            import ipcq, os, sys
            q, other = ipcq.Queue(name=sys.argv[1]), ipcq.Queue()
            q.put(b"x" * 100000)
            eval(sys.argv[2])
            os.truncate(f"/dev/shm/ipcq.{q.name}", 0)
            for call in (lambda: q.put(1), q.get):
                try:
                    call()
                except ipcq.Corrupt:
                    print("corrupt")
            q.close()
            other.put(1)
            print(other.get())
        """, self.new_name(), guard)
        output = process.communicate()[0]
        return process.returncode, output

    def test_the_guard_makes_it_an_error(self):
        self.assertEqual(self.run_cut("(ipcq.guard_truncation(), ipcq.guard_truncation())"),
                         (0, "corrupt\ncorrupt\n1\n"))

    def test_without_the_guard_it_is_a_bus_error(self):
        self.assertEqual(self.run_cut("None"), (-signal.SIGBUS, ""))


class Importing(QueueTest):
    def test_a_missing_library_is_said_in_one_sentence(self):
        for hidden, sentence in (("ipcq._ipcq", "ldconfig"), ("msgpack", "pip install msgpack")):
            process = self.run_program("""
                import sys

                class Hide:
                    def find_spec(self, name, *_):
                        if name == sys.argv[1]:
                            raise ImportError("libipcq.so.0: cannot open shared object file: No such file")
                sys.meta_path.insert(0, Hide())
                try:
                    import ipcq
                except ImportError as error:
                    print(error, error.__suppress_context__)
            """, hidden)
            output = process.communicate()[0]
            self.assertIn(sentence, output)
            self.assertRegex(output, r"^[^\n]*: [^\n]* True\n$")


if __name__ == "__main__":
    unittest.main()
