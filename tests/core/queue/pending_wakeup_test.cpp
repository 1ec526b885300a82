// SPDX-License-Identifier: Apache-2.0
#include "core_test.hpp"

#include "queue/pending_wakeup.hpp"

using namespace ipcq;

namespace {

struct Bed {
    WaitSemaphore semaphore{};
    HalfWord sleepers{2}; // they have not slept yet
    int tokens()
    {
        int value = 0;
        assert_int_equal(::sem_getvalue(&semaphore.native, &value), 0);
        return value;
    }
};

int setup(void **state)
{
    auto *bed = new Bed;
    ::sem_init(&bed->semaphore.native, 1, 0);
    *state = bed;
    return 0;
}

int teardown(void **state)
{
    delete static_cast<Bed *>(*state);
    return 0;
}

Bed &bed_of(void **state) { return *static_cast<Bed *>(*state); }

void a_wake_up_that_was_not_used_wakes_the_next_sleeper(void **state)
{
    Bed &bed = bed_of(state);
    {
        PendingWakeup wakeup;
        wakeup.take(bed.sleepers, bed.semaphore);
        assert_int_equal(bed.tokens(), 0); // not before the call ends
    }
    assert_int_equal(bed.tokens(), 1);
    assert_int_equal(bed.sleepers.load(), 1);
}

void one_that_was_received_twice_wakes_one(void **state)
{
    Bed &bed = bed_of(state);
    {
        PendingWakeup wakeup;
        wakeup.take(bed.sleepers, bed.semaphore);
        wakeup.take(bed.sleepers, bed.semaphore);
    }
    assert_int_equal(bed.tokens(), 1);
    assert_int_equal(bed.sleepers.load(), 1);
}

void one_that_was_used_wakes_nobody(void **state)
{
    Bed &bed = bed_of(state);
    {
        PendingWakeup wakeup;
        wakeup.take(bed.sleepers, bed.semaphore);
        wakeup.use();
    }
    assert_int_equal(bed.tokens(), 0);
    assert_int_equal(bed.sleepers.load(), 2);
}

void one_that_was_received_after_a_use_is_passed_on(void **state)
{
    Bed &bed = bed_of(state);
    {
        PendingWakeup wakeup;
        wakeup.take(bed.sleepers, bed.semaphore);
        wakeup.use();
        wakeup.take(bed.sleepers, bed.semaphore);
    }
    assert_int_equal(bed.tokens(), 1);
}

void without_a_wake_up_nobody_is_woken(void **state)
{
    Bed &bed = bed_of(state);
    {
        PendingWakeup wakeup;
    }
    assert_int_equal(bed.tokens(), 0);
    assert_int_equal(bed.sleepers.load(), 2);
}

void without_sleepers_nothing_is_passed_on(void **state)
{
    Bed &bed = bed_of(state);
    bed.sleepers = 0;
    {
        PendingWakeup wakeup;
        wakeup.take(bed.sleepers, bed.semaphore);
    }
    assert_int_equal(bed.tokens(), 0);
    assert_int_equal(bed.sleepers.load(), 0);
}

} // namespace

int main()
{
    const CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_wake_up_that_was_not_used_wakes_the_next_sleeper, setup, teardown),
        cmocka_unit_test_setup_teardown(one_that_was_received_twice_wakes_one, setup, teardown),
        cmocka_unit_test_setup_teardown(one_that_was_used_wakes_nobody, setup, teardown),
        cmocka_unit_test_setup_teardown(one_that_was_received_after_a_use_is_passed_on, setup, teardown),
        cmocka_unit_test_setup_teardown(without_a_wake_up_nobody_is_woken, setup, teardown),
        cmocka_unit_test_setup_teardown(without_sleepers_nothing_is_passed_on, setup, teardown),
    };
    return RUN_TESTS("core.queue.wakeup", tests);
}
