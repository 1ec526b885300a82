// SPDX-License-Identifier: Apache-2.0
#include "core_test.hpp"

#include "wait/fork_epoch.hpp"

#include <atomic>
#include <pthread.h>
#include <sched.h>
#include <csignal>
#include <sys/syscall.h>
#include <sys/wait.h>

using namespace ipcq;

namespace {

std::uint64_t parents_epoch;

int epoch_differs(void *)
{
    const std::uint64_t own = fork_epoch();
    CHILD_CHECK(own != parents_epoch);
    CHILD_CHECK(own != 0);
    CHILD_CHECK(fork_epoch() == own);
    return 0;
}

int grandchildren_differ_too(void *)
{
    parents_epoch = fork_epoch();
    return child_run(epoch_differs, nullptr);
}

void a_process_keeps_its_epoch(void **)
{
    const std::uint64_t epoch = fork_epoch();
    assert_true(epoch != 0);
    assert_int_equal(fork_epoch(), epoch);
}

void a_forked_child_has_another(void **)
{
    parents_epoch = fork_epoch();
    assert_int_equal(child_run(epoch_differs, nullptr), 0);
    assert_int_equal(fork_epoch(), parents_epoch);
}

void so_has_a_childs_child(void **) { assert_int_equal(child_run(grandchildren_differ_too, nullptr), 0); }

void so_has_a_child_that_no_library_was_told_of(void **)
{
    parents_epoch = fork_epoch();
    const long child = ::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr);
    if (child == 0)
        ::_exit(fork_epoch() != parents_epoch ? 0 : 1);
    int status = 0;
    assert_int_equal(::waitpid(static_cast<pid_t>(child), &status, 0), child);
    assert_int_equal(status, 0);
}

std::atomic<int> held{0};
std::atomic<bool> freed_before_fork{false};

void *hold_the_gate(void *)
{
    const ForkGate gate;
    held = 1;
    for (int i = 0; i < 1000; i++)
        ::sched_yield(); // the fork runs into the gate meanwhile, or comes later: both are right
    freed_before_fork = true;
    return nullptr;
}

int gate_was_free(void *) { return freed_before_fork ? 0 : 1; }

void fork_waits_for_the_gate(void **)
{
    pthread_t thread;
    assert_int_equal(::pthread_create(&thread, nullptr, hold_the_gate, nullptr), 0);
    while (held == 0)
        ::sched_yield();
    const int answer = child_run(gate_was_free, nullptr);
    ::pthread_join(thread, nullptr);
    assert_int_equal(answer, 0);
}

int use_the_gate(void *)
{
    const ForkGate gate;
    return 0;
}

void the_gate_is_open_in_a_child(void **) { assert_int_equal(child_run(use_the_gate, nullptr), 0); }

} // namespace

int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(a_process_keeps_its_epoch), cmocka_unit_test(a_forked_child_has_another),
        cmocka_unit_test(so_has_a_childs_child),     cmocka_unit_test(so_has_a_child_that_no_library_was_told_of),
        cmocka_unit_test(fork_waits_for_the_gate),   cmocka_unit_test(the_gate_is_open_in_a_child),
    };
    return RUN_TESTS("core.wait.fork_epoch", tests);
}
