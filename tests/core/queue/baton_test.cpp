// SPDX-License-Identifier: Apache-2.0
#include "core_test.hpp"

#include "queue/baton.hpp"

using namespace ipcq;

namespace {

struct Bed {
    Pill pill{};
    HalfWord sleepers{2}; // they have not slept yet
    int tokens()
    {
        int value = 0;
        assert_int_equal(::sem_getvalue(&pill.semaphore, &value), 0);
        return value;
    }
};

int setup(void **state)
{
    auto *bed = new Bed;
    ::sem_init(&bed->pill.semaphore, 1, 0);
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
        Baton baton;
        baton.take(bed.sleepers, bed.pill);
        assert_int_equal(bed.tokens(), 0); // not before the call ends
    }
    assert_int_equal(bed.tokens(), 1);
    assert_int_equal(bed.sleepers.load(), 1);
}

void one_that_was_received_twice_wakes_one(void **state)
{
    Bed &bed = bed_of(state);
    {
        Baton baton;
        baton.take(bed.sleepers, bed.pill);
        baton.take(bed.sleepers, bed.pill);
    }
    assert_int_equal(bed.tokens(), 1);
    assert_int_equal(bed.sleepers.load(), 1);
}

void one_that_was_used_wakes_nobody(void **state)
{
    Bed &bed = bed_of(state);
    {
        Baton baton;
        baton.take(bed.sleepers, bed.pill);
        baton.use();
    }
    assert_int_equal(bed.tokens(), 0);
    assert_int_equal(bed.sleepers.load(), 2);
}

void one_that_was_received_after_a_use_is_passed_on(void **state)
{
    Bed &bed = bed_of(state);
    {
        Baton baton;
        baton.take(bed.sleepers, bed.pill);
        baton.use();
        baton.take(bed.sleepers, bed.pill);
    }
    assert_int_equal(bed.tokens(), 1);
}

void without_a_wake_up_nobody_is_woken(void **state)
{
    Bed &bed = bed_of(state);
    {
        Baton baton;
    }
    assert_int_equal(bed.tokens(), 0);
    assert_int_equal(bed.sleepers.load(), 2);
}

void without_sleepers_nothing_is_passed_on(void **state)
{
    Bed &bed = bed_of(state);
    bed.sleepers = 0;
    {
        Baton baton;
        baton.take(bed.sleepers, bed.pill);
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
    return RUN_TESTS("core.queue.baton", tests);
}
