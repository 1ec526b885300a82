/* SPDX-License-Identifier: Apache-2.0 */
#include "support/await.h"
#include "support/child.h"
#include "support/hooks.h"
#include "support/items.h"

#include <string.h>

/* Segments of 4 KiB, three or four items in each. */
enum { SMALL_CAPACITY = 16 * 1024, ITEM_BYTES = 1000, BEFORE = 9 };

static int join_and_stop(void *queue)
{
    ipcq_test_stop_at("frontier_walk");
    ipcq_join(queue, IPCQ_NOWAIT);
    return 0;
}

static void put_numbered(ipcq_t *queue, int number)
{
    char item[ITEM_BYTES];
    memset(item, 'a' + number % 26, sizeof item);
    assert_ok(ipcq_put(queue, item, sizeof item, IPCQ_NOWAIT));
}

static uint64_t get_numbered(ipcq_t *queue, int number)
{
    char item[ITEM_BYTES];
    ipcq_item taken = {0};
    ipcq_wait now = {.deadline_ns = IPCQ_NOWAIT};
    assert_ok(ipcq_get_item(queue, item, sizeof item, &taken, IPCQ_ACCEPT_ALL, &now));
    assert_int_equal(taken.size, ITEM_BYTES);
    assert_int_equal(item[0], 'a' + number % 26);
    assert_int_equal(item[ITEM_BYTES - 1], 'a' + number % 26);
    return taken.ticket;
}

/* A walker stops after it looked where the head is. Meanwhile the oldest item is given back, which moves the head back,
 * taken again and finished, and the head stays there. If the walker then went as far as it saw the head, producers
 * would recycle the segments that the head has still to pass. */
static void a_head_that_stays_behind_is_not_overrun(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_t *queue = fixture->queue;
    for (int i = 0; i <= BEFORE; ++i)
        put_numbered(queue, i);
    uint64_t oldest = get_numbered(queue, 0);
    for (int i = 1; i < BEFORE; ++i)
        assert_ok(ipcq_task_done(queue, get_numbered(queue, i)));

    pid_t walker = child_start(join_and_stop, queue);
    assert_true(child_wait_stopped(walker));
    assert_ok(ipcq_nack(queue, oldest));
    assert_ok(ipcq_task_done(queue, get_numbered(queue, 0)));
    assert_int_equal(child_finish(walker), 0); /* it walks again when the head stood behind, and stops there again */

    int put = 0;
    char item[ITEM_BYTES];
    memset(item, 'x', sizeof item);
    while (ipcq_put(queue, item, sizeof item, IPCQ_NOWAIT) == IPCQ_OK)
        ++put;
    assert_true(put > 0);
    assert_ok(ipcq_task_done(queue, get_numbered(queue, BEFORE)));
    for (int i = 0; i < put; ++i)
        assert_ok(ipcq_task_done(queue, get_numbered(queue, 'x' - 'a')));
    assert_holds(queue, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(a_head_that_stays_behind_is_not_overrun, JOINABLE, .capacity_bytes = SMALL_CAPACITY),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
