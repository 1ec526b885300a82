/* SPDX-License-Identifier: Apache-2.0 */
#include "support/await.h"
#include "support/child.h"
#include "support/hooks.h"
#include "support/items.h"

#include <signal.h>
#include <unistd.h>

enum { ROUNDS = 10 };

static int take_three_and_hold(void *queue)
{
    for (uint64_t expected = 1; expected <= 3; ++expected) {
        uint64_t number = 0;
        CHILD_CHECK(get_number(queue, &number, NULL, IPCQ_NOWAIT) == IPCQ_OK && number == expected);
    }
    for (;;)
        pause();
}

static int stop_inside_get(void *queue)
{
    uint64_t number = 0;
    ipcq_test_stop_at("taken");
    get_number(queue, &number, NULL, IPCQ_NOWAIT);
    return 0;
}

static int take_and_stop(void *queue)
{
    uint64_t number = 0;
    CHILD_CHECK(get_number(queue, &number, NULL, IPCQ_NOWAIT) == IPCQ_OK && number == 1);
    raise(SIGSTOP);
    CHILD_CHECK(ipcq_task_done(queue, IPCQ_OLDEST) == IPCQ_OK);
    return 0;
}

static void put_one_to_five(ipcq_t *queue)
{
    for (uint64_t i = 1; i <= 5; ++i)
        assert_ok(put_number(queue, i, IPCQ_NOWAIT));
}

/* The first `given_back` come with one delivery more. */
static void take_one_to_five(ipcq_t *queue, uint64_t given_back)
{
    for (uint64_t expected = 1; expected <= 5; ++expected) {
        uint64_t number = 0;
        ipcq_item item = {0};
        assert_ok(get_number(queue, &number, &item, IPCQ_NOWAIT));
        assert_int_equal(number, expected);
        assert_int_equal(item.deliveries, expected <= given_back ? 1 : 0);
        assert_ok(ipcq_task_done(queue, item.ticket));
    }
    assert_holds(queue, 0, 0);
}

static void its_items_come_back_in_order_ahead_of_newer_ones(void **state)
{
    struct queue_fixture *fixture = *state;
    for (uint64_t round = 1; round <= ROUNDS; ++round) {
        put_one_to_five(fixture->queue);
        pid_t holder = child_start(take_three_and_hold, fixture->queue);
        await_taken(fixture->queue, 3);
        child_kill(holder);
        await_recovered(fixture->queue, 3 * round);
        assert_holds(fixture->queue, 5, 0);
        take_one_to_five(fixture->queue, 3);
        assert_int_equal(stats_of(fixture->queue).recovered, 3 * round);
    }
}

static void an_item_taken_but_not_yet_handed_over_comes_back(void **state)
{
    struct queue_fixture *fixture = *state;
    for (uint64_t round = 1; round <= ROUNDS; ++round) {
        put_one_to_five(fixture->queue);
        pid_t holder = child_start(stop_inside_get, fixture->queue);
        assert_true(child_wait_stopped(holder));
        child_kill(holder);
        await_recovered(fixture->queue, round);
        assert_holds(fixture->queue, 5, 0);
        take_one_to_five(fixture->queue, 1);
    }
}

/* A stopped process may go on at any time, so what it took is its own. */
static void a_stopped_consumer_keeps_its_items(void **state)
{
    struct queue_fixture *fixture = *state;
    uint64_t number = 0;
    put_one_to_five(fixture->queue);
    pid_t holder = child_start(take_and_stop, fixture->queue);
    assert_true(child_wait_stopped(holder));
    for (uint64_t expected = 2; expected <= 5; ++expected) {
        assert_ok(get_number(fixture->queue, &number, NULL, ipcq_deadline(5.0)));
        assert_int_equal(number, expected);
    }
    assert_code(get_number(fixture->queue, &number, NULL, ipcq_deadline(0.15)), IPCQ_TIMEDOUT);
    assert_holds(fixture->queue, 0, 5);
    child_continue(holder);
    assert_int_equal(child_wait(holder), 0);
    assert_holds(fixture->queue, 0, 4);
}

static int finish_one(void *queue)
{
    uint64_t number = 0;
    ipcq_item item;
    CHILD_CHECK(get_number(queue, &number, &item, IPCQ_FOREVER) == IPCQ_OK);
    CHILD_CHECK(number == 7 && item.deliveries == 1);
    CHILD_CHECK(ipcq_task_done(queue, item.ticket) == IPCQ_OK);
    return 0;
}

static int take_one_and_hold(void *queue)
{
    uint64_t number = 0;
    CHILD_CHECK(get_number(queue, &number, NULL, IPCQ_NOWAIT) == IPCQ_OK && number == 7);
    for (;;)
        pause();
}

/* Nobody but the sleeper itself is left to notice the death. */
static void a_sleeping_consumer_notices_and_takes_over(void **state)
{
    struct queue_fixture *fixture = *state;
    for (int round = 0; round < ROUNDS; ++round) {
        assert_ok(put_number(fixture->queue, 7, IPCQ_NOWAIT));
        pid_t holder = child_start(take_one_and_hold, fixture->queue);
        await_taken(fixture->queue, 1);
        pid_t sleeper = child_start(finish_one, fixture->queue);
        await_getters(fixture->queue, 1);
        child_kill(holder);
        assert_int_equal(child_wait(sleeper), 0);
        assert_holds(fixture->queue, 0, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(its_items_come_back_in_order_ahead_of_newer_ones, JOINABLE),
        QUEUE_TEST(its_items_come_back_in_order_ahead_of_newer_ones, JOINABLE, .max_items = 5),
        QUEUE_TEST(an_item_taken_but_not_yet_handed_over_comes_back, JOINABLE),
        QUEUE_TEST(a_stopped_consumer_keeps_its_items, JOINABLE),
        QUEUE_TEST(a_sleeping_consumer_notices_and_takes_over, JOINABLE),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
