// SPDX-License-Identifier: Apache-2.0
#include "core_test.hpp"

#include "queue/biased_lock.hpp"
#include "wait/tick.hpp"

#include <cerrno>
#include <cstdio>
#include <pthread.h>
#include <sched.h>

using namespace ipcq;

namespace {

constexpr int rounds = 200, entries = 300, threads = 3, signals = 100, kept_errno = 4711;

struct Room {
    BiasedLock lock;
    std::atomic<int> arrived{0};
    long visits = 0; // changed in two steps by the thread inside
};

void visit(Room &room)
{
    const BiasedLock::Guard guard(room.lock);
    const long seen = *static_cast<volatile long *>(&room.visits);
    for (int i = 0; i < 20; i++) // long enough for another to come in, if it can
        pause_processor();
    *static_cast<volatile long *>(&room.visits) = seen + 1;
}

void *visitor(void *argument)
{
    Room &room = *static_cast<Room *>(argument);
    room.arrived.fetch_add(1);
    for (int i = 0; i < entries; i++)
        visit(room);
    return nullptr;
}

void one_thread_comes_and_goes(void **)
{
    Room room;
    for (int i = 0; i < entries; i++)
        visit(room);
    assert_int_equal(room.visits, entries);
}

// Each round another thread revokes the bias, while its owner goes in and out.
void other_threads_revoke_the_bias(void **)
{
    for (int round = 0; round < rounds; round++) {
        Room room;
        visit(room);
        long visits = 1;
        pthread_t thread[threads];
        for (pthread_t &t : thread)
            assert_int_equal(pthread_create(&t, nullptr, visitor, &room), 0);
        for (; room.arrived.load() < threads || visits < entries; visits++)
            visit(room);
        for (const pthread_t t : thread)
            assert_int_equal(pthread_join(t, nullptr), 0);
        assert_int_equal(room.visits, visits + threads * entries);
    }
}

// As in a forked child whose parent's other thread was inside.
void after_a_reset_it_is_free(void **)
{
    Room room;
    room.visits = 0;
    {
        const BiasedLock::Guard guard(room.lock);
        room.lock.reset_after_fork();
        visit(room);
    }
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, nullptr, visitor, &room), 0);
    assert_int_equal(pthread_join(thread, nullptr), 0);
    assert_int_equal(room.visits, 1 + entries);
}

struct Waiter {
    Room room;
    std::atomic<pid_t> tid{0};
    std::atomic<int> left_with_errno{0};
};

// Static: a failing assertion leaves the thread behind.
Waiter &fresh_waiter()
{
    static Waiter waiters[4];
    static int used = 0;
    return waiters[used++];
}

void *wait_for_the_lock(void *argument)
{
    Waiter &w = *static_cast<Waiter *>(argument);
    w.tid.store(::gettid());
    errno = kept_errno;
    visit(w.room);
    w.left_with_errno.store(errno);
    ::pthread_testcancel();
    return nullptr;
}

// The watchdog ends a wait for a thread that never sleeps.
void await_sleep(pid_t tid)
{
    char path[64], state = 0;
    std::snprintf(path, sizeof path, "/proc/self/task/%d/stat", tid);
    while (state != 'S') {
        std::FILE *file = std::fopen(path, "r");
        assert_non_null(file);
        assert_int_equal(std::fscanf(file, "%*d (%*[^)]) %c", &state), 1);
        std::fclose(file);
        ::sched_yield();
    }
}

pthread_t start_waiter(Waiter &w)
{
    pthread_t thread{};
    assert_int_equal(pthread_create(&thread, nullptr, wait_for_the_lock, &w), 0);
    while (w.tid.load() == 0)
        ::sched_yield();
    await_sleep(w.tid.load());
    return thread;
}

// A spinning waiter would keep the processor from a holder of lower priority.
void a_waiter_sleeps_until_the_bias_owner_is_outside(void **)
{
    Waiter &w = fresh_waiter();
    pthread_t thread{};
    {
        const BiasedLock::Guard guard(w.room.lock);
        thread = start_waiter(w);
        assert_int_equal(w.left_with_errno.load(), 0);
    }
    assert_int_equal(pthread_join(thread, nullptr), 0);
    assert_int_equal(w.left_with_errno.load(), kept_errno);
}

void revoke_the_bias(Waiter &w)
{
    pthread_t thread{};
    assert_int_equal(pthread_create(&thread, nullptr, wait_for_the_lock, &w), 0);
    assert_int_equal(pthread_join(thread, nullptr), 0);
    w.tid.store(0);
    w.left_with_errno.store(0);
}

void a_waiter_sleeps_until_the_lock_is_free(void **)
{
    Waiter &w = fresh_waiter();
    visit(w.room);
    revoke_the_bias(w);
    pthread_t thread{};
    {
        const BiasedLock::Guard guard(w.room.lock);
        thread = start_waiter(w);
        assert_int_equal(w.left_with_errno.load(), 0);
    }
    assert_int_equal(pthread_join(thread, nullptr), 0);
    assert_int_equal(w.left_with_errno.load(), kept_errno);
}

// The entry is changed first; the thread ends at its own cancellation point.
void a_waiter_is_not_cancelled_in_its_sleep(void **)
{
    Waiter &w = fresh_waiter();
    pthread_t thread{};
    void *result = nullptr;
    {
        const BiasedLock::Guard guard(w.room.lock);
        thread = start_waiter(w);
        assert_int_equal(pthread_cancel(thread), 0);
        await_sleep(w.tid.load());
    }
    assert_int_equal(pthread_join(thread, &result), 0);
    assert_ptr_equal(result, PTHREAD_CANCELED);
    assert_int_equal(w.left_with_errno.load(), kept_errno);
    assert_int_equal(w.room.visits, 1);
}

void ignore(int) {}

// Signals that interrupt its sleep show in errno alone, if it is not restored.
void a_waiter_keeps_errno(void **)
{
    Waiter &w = fresh_waiter();
    struct sigaction action {};
    action.sa_handler = ignore;
    assert_int_equal(sigaction(SIGUSR1, &action, nullptr), 0);
    pthread_t thread{};
    {
        const BiasedLock::Guard guard(w.room.lock);
        thread = start_waiter(w);
        for (int i = 0; i < signals; i++) {
            await_sleep(w.tid.load());
            assert_int_equal(pthread_kill(thread, SIGUSR1), 0);
        }
    }
    assert_int_equal(pthread_join(thread, nullptr), 0);
    assert_int_equal(w.left_with_errno.load(), kept_errno);
}

} // namespace

int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test(one_thread_comes_and_goes),
        cmocka_unit_test(other_threads_revoke_the_bias),
        cmocka_unit_test(after_a_reset_it_is_free),
        cmocka_unit_test(a_waiter_sleeps_until_the_bias_owner_is_outside),
        cmocka_unit_test(a_waiter_sleeps_until_the_lock_is_free),
        cmocka_unit_test(a_waiter_is_not_cancelled_in_its_sleep),
        cmocka_unit_test(a_waiter_keeps_errno),
    };
    return RUN_TESTS("core.queue.biased_lock", tests);
}
