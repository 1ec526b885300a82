/* SPDX-License-Identifier: Apache-2.0 */
#include "support/await.h"
#include "support/child.h"
#include "support/items.h"

enum { SLEEPERS = 4 };

static int get_until_closed(void *queue)
{
    uint64_t number = 0;
    CHILD_CHECK(get_number(queue, &number, NULL, IPCQ_FOREVER) == IPCQ_CLOSED);
    return 0;
}

static int put_until_closed(void *queue)
{
    CHILD_CHECK(put_number(queue, 1, IPCQ_FOREVER) == IPCQ_CLOSED);
    return 0;
}

static int join_for_ever(void *queue)
{
    CHILD_CHECK(ipcq_join(queue, IPCQ_FOREVER) == IPCQ_OK);
    return 0;
}

static void start_sleepers(pid_t *sleepers, child_function *function, ipcq_t *queue)
{
    for (int i = 0; i < SLEEPERS; ++i)
        sleepers[i] = child_start(function, queue);
}

static void all_answered_zero(const pid_t *sleepers)
{
    for (int i = 0; i < SLEEPERS; ++i)
        assert_int_equal(child_wait(sleepers[i]), 0);
}

static void getters_wake(void **state, int mode)
{
    struct queue_fixture *fixture = *state;
    pid_t getters[SLEEPERS];
    start_sleepers(getters, get_until_closed, fixture->queue);
    await_getters(fixture->queue, SLEEPERS);
    assert_ok(ipcq_shutdown(fixture->queue, mode));
    all_answered_zero(getters);
}

static void drain_wakes_getters(void **state) { getters_wake(state, IPCQ_DRAIN); }

static void immediate_wakes_getters(void **state) { getters_wake(state, IPCQ_IMMEDIATE); }

static void drain_wakes_putters(void **state)
{
    struct queue_fixture *fixture = *state;
    pid_t putters[SLEEPERS];
    put_word(fixture->queue, "1");
    start_sleepers(putters, put_until_closed, fixture->queue);
    await_putters(fixture->queue, SLEEPERS);
    assert_ok(ipcq_shutdown(fixture->queue, IPCQ_DRAIN));
    all_answered_zero(putters);
    get_word(fixture->queue, "1");
    assert_holds(fixture->queue, 0, 0);
}

static void immediate_wakes_joiners(void **state)
{
    struct queue_fixture *fixture = *state;
    pid_t joiners[SLEEPERS];
    put_word(fixture->queue, "1");
    start_sleepers(joiners, join_for_ever, fixture->queue);
    await_joiners(fixture->queue, SLEEPERS);
    assert_ok(ipcq_shutdown(fixture->queue, IPCQ_IMMEDIATE));
    all_answered_zero(joiners);
}

static int shut_down(void *queue)
{
    CHILD_CHECK(ipcq_shutdown(queue, IPCQ_DRAIN) == IPCQ_OK);
    return 0;
}

/* The process that shuts down may be gone at once: the queue itself remembers. */
static void it_holds_when_the_one_who_did_it_is_gone(void **state)
{
    struct queue_fixture *fixture = *state;
    pid_t getters[SLEEPERS];
    start_sleepers(getters, get_until_closed, fixture->queue);
    await_getters(fixture->queue, SLEEPERS);
    assert_int_equal(child_run(shut_down, fixture->queue), 0);
    all_answered_zero(getters);
    assert_code(ipcq_put(fixture->queue, "x", 1, IPCQ_NOWAIT), IPCQ_CLOSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(drain_wakes_getters, PLAIN),        QUEUE_TEST(drain_wakes_getters, JOINABLE),
        QUEUE_TEST(immediate_wakes_getters, PLAIN),    QUEUE_TEST(drain_wakes_putters, PLAIN, .max_items = 1),
        QUEUE_TEST(immediate_wakes_joiners, JOINABLE), QUEUE_TEST(it_holds_when_the_one_who_did_it_is_gone, PLAIN),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
