// SPDX-License-Identifier: Apache-2.0
#include "core_test.hpp"

#include "wait/sleep.hpp"

#include <csignal>
#include <pthread.h>
#include <sched.h>

using namespace ipcq;

namespace {

constexpr Nanoseconds short_slice = 2'000'000;
constexpr Nanoseconds long_slice = 3'000'000'000'000;

struct Bed {
    HalfWord sleepers{0};
    WaitSemaphore semaphore{};
    std::atomic<int> woken{-1};
    std::atomic<bool> ready{false};
};

int setup(void **state)
{
    auto *bed = new Bed;
    *state = bed;
    return ::sem_init(&bed->semaphore.native, 1, 0);
}

int teardown(void **state)
{
    auto *bed = static_cast<Bed *>(*state);
    ::sem_destroy(&bed->semaphore.native);
    delete bed;
    return 0;
}

Bed &bed_of(void **state) { return *static_cast<Bed *>(*state); }

int tokens(Bed &bed)
{
    int value = 0;
    ::sem_getvalue(&bed.semaphore.native, &value);
    return value;
}

void *sleep_long(void *argument)
{
    auto &bed = *static_cast<Bed *>(argument);
    bed.woken =
        static_cast<int>(sleep_on(bed.sleepers, bed.semaphore, long_slice, forever, [&] { return bed.ready.load(); }));
    return nullptr;
}

void await_sleepers(Bed &bed, std::uint32_t count)
{
    while (bed.sleepers.load() != count)
        ::sched_yield();
}

void who_finds_it_ready_does_not_sleep_and_is_not_counted(void **state)
{
    Bed &bed = bed_of(state);
    std::uint32_t counted = 0;
    const auto ready = [&] {
        counted = bed.sleepers.load();
        return true;
    };
    assert_true(sleep_on(bed.sleepers, bed.semaphore, long_slice, forever, ready) == Woken::called);
    assert_int_equal(counted, 1); // registered before it looked
    assert_int_equal(bed.sleepers.load(), 0);
}

void a_slice_ends_by_itself(void **state)
{
    Bed &bed = bed_of(state);
    const Nanoseconds before = now_ns();
    assert_true(sleep_on(bed.sleepers, bed.semaphore, short_slice, forever, [] { return false; }) == Woken::slice_over);
    assert_true(now_ns() - before >= short_slice);
    assert_int_equal(bed.sleepers.load(), 0);
}

void a_deadline_ends_a_slice_early(void **state)
{
    Bed &bed = bed_of(state);
    const Nanoseconds deadline = now_ns() + short_slice;
    assert_true(sleep_on(bed.sleepers, bed.semaphore, long_slice, deadline, [] { return false; }) == Woken::slice_over);
    assert_true(now_ns() >= deadline);
}

void a_call_wakes_and_the_caller_counts_the_sleeper_out(void **state)
{
    Bed &bed = bed_of(state);
    pthread_t thread;
    assert_int_equal(::pthread_create(&thread, nullptr, sleep_long, &bed), 0);
    await_sleepers(bed, 1);
    wake_one(bed.sleepers, bed.semaphore);
    ::pthread_join(thread, nullptr);
    assert_int_equal(bed.woken.load(), static_cast<int>(Woken::called));
    assert_int_equal(bed.sleepers.load(), 0);
    assert_int_equal(tokens(bed), 0);
}

void everybody_is_woken_at_once(void **state)
{
    Bed &bed = bed_of(state);
    pthread_t thread[3];
    for (pthread_t &t : thread)
        assert_int_equal(::pthread_create(&t, nullptr, sleep_long, &bed), 0);
    await_sleepers(bed, 3);
    wake_all(bed.sleepers, bed.semaphore);
    for (const pthread_t &t : thread)
        ::pthread_join(t, nullptr);
    assert_int_equal(bed.sleepers.load(), 0);
    assert_int_equal(tokens(bed), 0);
}

void nobody_is_called_where_nobody_sleeps(void **state)
{
    Bed &bed = bed_of(state);
    wake_one(bed.sleepers, bed.semaphore);
    wake_one_slowly(bed.sleepers, bed.semaphore);
    wake_all(bed.sleepers, bed.semaphore);
    assert_int_equal(tokens(bed), 0);
    assert_int_equal(bed.sleepers.load(), 0);
}

void while_a_token_is_under_way_no_second_one_is_made(void **state)
{
    Bed &bed = bed_of(state);
    bed.sleepers = 2; // two that sleep in processes which are stopped
    wake_one(bed.sleepers, bed.semaphore);
    wake_one(bed.sleepers, bed.semaphore);
    assert_int_equal(tokens(bed), 1);
    assert_int_equal(bed.sleepers.load(), 1);
}

void a_token_that_a_killed_sleeper_left_is_used_by_the_next(void **state)
{
    Bed &bed = bed_of(state);
    ::sem_post(&bed.semaphore.native);
    assert_true(sleep_on(bed.sleepers, bed.semaphore, long_slice, forever, [] { return false; }) == Woken::called);
    assert_int_equal(tokens(bed), 0);
}

void who_was_counted_out_but_did_not_sleep_takes_its_token_along(void **state)
{
    Bed &bed = bed_of(state);
    const auto woken_meanwhile = [&] {
        wake_one(bed.sleepers, bed.semaphore);
        return true;
    };
    sleep_on(bed.sleepers, bed.semaphore, long_slice, forever, woken_meanwhile);
    assert_int_equal(bed.sleepers.load(), 0);
    assert_int_equal(tokens(bed), 0);
}

void on_signal(int) {}

void a_signal_handler_interrupts(void **state)
{
    Bed &bed = bed_of(state);
    struct sigaction action {};
    action.sa_handler = on_signal;
    ::sigaction(SIGUSR1, &action, nullptr);
    pthread_t thread;
    assert_int_equal(::pthread_create(&thread, nullptr, sleep_long, &bed), 0);
    await_sleepers(bed, 1);
    while (bed.woken.load() == -1) { // again until it came while the thread slept
        ::pthread_kill(thread, SIGUSR1);
        ::sched_yield();
    }
    ::pthread_join(thread, nullptr);
    assert_int_equal(bed.woken.load(), static_cast<int>(Woken::interrupted));
    assert_int_equal(bed.sleepers.load(), 0);
}

} // namespace

int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_finds_it_ready_does_not_sleep_and_is_not_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(a_slice_ends_by_itself, setup, teardown),
        cmocka_unit_test_setup_teardown(a_deadline_ends_a_slice_early, setup, teardown),
        cmocka_unit_test_setup_teardown(a_call_wakes_and_the_caller_counts_the_sleeper_out, setup, teardown),
        cmocka_unit_test_setup_teardown(everybody_is_woken_at_once, setup, teardown),
        cmocka_unit_test_setup_teardown(nobody_is_called_where_nobody_sleeps, setup, teardown),
        cmocka_unit_test_setup_teardown(while_a_token_is_under_way_no_second_one_is_made, setup, teardown),
        cmocka_unit_test_setup_teardown(a_token_that_a_killed_sleeper_left_is_used_by_the_next, setup, teardown),
        cmocka_unit_test_setup_teardown(who_was_counted_out_but_did_not_sleep_takes_its_token_along, setup, teardown),
        cmocka_unit_test_setup_teardown(a_signal_handler_interrupts, setup, teardown),
    };
    return RUN_TESTS("core.wait.sleep", tests);
}
