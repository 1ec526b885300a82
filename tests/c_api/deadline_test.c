/* SPDX-License-Identifier: Apache-2.0 */
#include "support/items.h"

#include <math.h>

static void seconds_lie_ahead_on_the_monotonic_clock(void **state)
{
    (void)state;
    int64_t before = now_ns();
    int64_t deadline_ns = ipcq_deadline(2.5);
    int64_t after = now_ns();
    assert_true(deadline_ns >= before + 2500000000);
    assert_true(deadline_ns <= after + 2500000000);
}

static void the_smallest_time_is_still_a_wait(void **state)
{
    (void)state;
    int64_t before = now_ns();
    assert_true(ipcq_deadline(1e-9) >= before);
    assert_true(ipcq_deadline(1e-300) >= before);
}

static void zero_less_and_nan_mean_nowait(void **state)
{
    (void)state;
    assert_int_equal(ipcq_deadline(0.0), IPCQ_NOWAIT);
    assert_int_equal(ipcq_deadline(-0.0), IPCQ_NOWAIT);
    assert_int_equal(ipcq_deadline(-1.0), IPCQ_NOWAIT);
    assert_int_equal(ipcq_deadline(-INFINITY), IPCQ_NOWAIT);
    assert_int_equal(ipcq_deadline(NAN), IPCQ_NOWAIT);
}

static void what_the_clock_cannot_hold_means_for_ever(void **state)
{
    (void)state;
    assert_int_equal(ipcq_deadline(INFINITY), IPCQ_FOREVER);
    assert_int_equal(ipcq_deadline(1e300), IPCQ_FOREVER);
    assert_int_equal(ipcq_deadline(9.3e9), IPCQ_FOREVER);
    assert_true(ipcq_deadline(1e9) < IPCQ_FOREVER);
}

static void a_negative_deadline_is_refused(void **state)
{
    struct queue_fixture *fixture = *state;
    uint64_t number = 0;
    put_word(fixture->queue, "untouched");
    assert_code(get_number(fixture->queue, &number, NULL, -1), IPCQ_INVALID);
    assert_code(get_number(fixture->queue, &number, NULL, INT64_MIN), IPCQ_INVALID);
    assert_code(put_number(fixture->queue, number, -1), IPCQ_INVALID);
    assert_holds(fixture->queue, 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAME_TEST(seconds_lie_ahead_on_the_monotonic_clock),
        NAME_TEST(the_smallest_time_is_still_a_wait),
        NAME_TEST(zero_less_and_nan_mean_nowait),
        NAME_TEST(what_the_clock_cannot_hold_means_for_ever),
        QUEUE_TEST(a_negative_deadline_is_refused, PLAIN),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
