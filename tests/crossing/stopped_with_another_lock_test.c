/*
 * A stopped process holds the tail or the frontier. That delays no call that needs neither: the items of a dead worker
 * come back, and so do those of a closed handle. A put that cannot learn whether there is room says so.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/await.h"
#include "support/child.h"
#include "support/hooks.h"
#include "support/items.h"

#include <string.h>
#include <unistd.h>

enum { SMALL_CAPACITY = 16 * 1024, ITEM_BYTES = 1000 };

static int put_and_stop_with_the_tail(void *queue)
{
    uint64_t size = 0;
    CHILD_CHECK(ipcq_size(queue, &size) == IPCQ_OK); /* attaches */
    ipcq_test_stop_at("tail_locked");
    return put_number(queue, 2, IPCQ_NOWAIT);
}

static int join_and_stop_with_the_frontier(void *queue)
{
    uint64_t size = 0;
    CHILD_CHECK(ipcq_size(queue, &size) == IPCQ_OK);
    ipcq_test_stop_at("frontier_walk");
    ipcq_join(queue, IPCQ_NOWAIT);
    return 0;
}

static int take_one_and_sleep(void *queue)
{
    uint64_t number = 0;
    CHILD_CHECK(get_number(queue, &number, NULL, IPCQ_NOWAIT) == IPCQ_OK);
    for (;;)
        pause();
}

static void the_dead_workers_item_comes_beside(ipcq_t *queue, child_function *stop)
{
    uint64_t number = 0;
    ipcq_item item = {0};
    const uint64_t taken_before = stats_of(queue).taken;
    assert_ok(put_number(queue, 1, IPCQ_NOWAIT));
    pid_t worker = child_start(take_one_and_sleep, queue);
    await_taken(queue, taken_before + 1);
    pid_t holder = child_start(stop, queue);
    assert_true(child_wait_stopped(holder));
    child_kill(worker);
    assert_ok(get_number(queue, &number, &item, IPCQ_FOREVER));
    assert_int_equal(number, 1);
    assert_int_equal(item.deliveries, 1);
    assert_ok(ipcq_task_done(queue, item.ticket));
    assert_int_equal(child_finish(holder), 0);
}

static void items_of_the_dead_need_no_tail(void **state)
{
    ipcq_t *queue = ((struct queue_fixture *)*state)->queue;
    the_dead_workers_item_comes_beside(queue, put_and_stop_with_the_tail);
    assert_holds(queue, 1, 0);
}

static void items_of_the_dead_need_no_frontier(void **state)
{
    ipcq_t *queue = ((struct queue_fixture *)*state)->queue;
    the_dead_workers_item_comes_beside(queue, join_and_stop_with_the_frontier);
    assert_holds(queue, 0, 0);
}

/* Finished items lie between the frontier and the dead worker's, in several segments. */
static void a_lease_is_found_behind_a_frontier_that_stands(void **state)
{
    enum { BEFORE = 9 };
    ipcq_t *queue = ((struct queue_fixture *)*state)->queue;
    char bytes[ITEM_BYTES] = {0};
    ipcq_item item = {0};
    const ipcq_wait now = {.deadline_ns = IPCQ_NOWAIT};
    uint64_t kept = 0;
    for (int i = 0; i <= BEFORE; ++i) {
        assert_ok(ipcq_put(queue, bytes, sizeof bytes, IPCQ_NOWAIT));
        assert_ok(ipcq_get_item(queue, bytes, sizeof bytes, &item, IPCQ_ACCEPT_ALL, &now));
        if (i == 0)
            kept = item.ticket;
        else
            assert_ok(ipcq_task_done(queue, item.ticket));
    }
    the_dead_workers_item_comes_beside(queue, join_and_stop_with_the_frontier);
    assert_ok(ipcq_task_done(queue, kept));
    assert_ok(ipcq_join(queue, IPCQ_NOWAIT));
}

static void the_items_of_a_closed_handle_need_no_tail(void **state)
{
    struct queue_fixture *fixture = *state;
    uint64_t number = 0;
    ipcq_item item = {0};
    ipcq_t *second = queue_open_again(fixture);
    assert_ok(put_number(fixture->queue, 1, IPCQ_NOWAIT));
    assert_ok(get_number(second, &number, NULL, IPCQ_NOWAIT));
    pid_t holder = child_start(put_and_stop_with_the_tail, fixture->queue);
    assert_true(child_wait_stopped(holder));
    assert_ok(ipcq_close(second));
    int code = get_number(fixture->queue, &number, &item, IPCQ_NOWAIT);
    assert_int_equal(child_finish(holder), 0);
    assert_ok(code);
    assert_int_equal(number, 1);
}

static void a_put_that_cannot_count_is_busy(void **state)
{
    ipcq_t *queue = ((struct queue_fixture *)*state)->queue;
    char bytes[ITEM_BYTES] = {0};
    const ipcq_wait now = {.deadline_ns = IPCQ_NOWAIT};
    ipcq_item item = {0};
    int items = 0, code = IPCQ_OK;
    while (ipcq_put(queue, bytes, sizeof bytes, IPCQ_NOWAIT) == IPCQ_OK)
        ++items;
    pid_t holder = child_start(join_and_stop_with_the_frontier, queue);
    assert_true(child_wait_stopped(holder));
    for (int i = 0; i < items; ++i) {
        assert_ok(ipcq_get_item(queue, bytes, sizeof bytes, &item, IPCQ_ACCEPT_ALL, &now));
        assert_ok(ipcq_task_done(queue, item.ticket));
    }
    for (int i = 0; i <= items && code == IPCQ_OK; ++i)
        code = ipcq_put(queue, bytes, sizeof bytes, IPCQ_NOWAIT);
    assert_code(code, IPCQ_BUSY);
    assert_code(ipcq_put(queue, bytes, sizeof bytes, ipcq_deadline(0.1)), IPCQ_TIMEDOUT);
    assert_int_equal(child_finish(holder), 0);
    assert_ok(ipcq_put(queue, bytes, sizeof bytes, IPCQ_NOWAIT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(items_of_the_dead_need_no_tail, JOINABLE),
        QUEUE_TEST(items_of_the_dead_need_no_frontier, JOINABLE),
        QUEUE_TEST(a_lease_is_found_behind_a_frontier_that_stands, JOINABLE, .capacity_bytes = SMALL_CAPACITY),
        QUEUE_TEST(the_items_of_a_closed_handle_need_no_tail, JOINABLE),
        QUEUE_TEST(a_put_that_cannot_count_is_busy, JOINABLE, .capacity_bytes = SMALL_CAPACITY),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
