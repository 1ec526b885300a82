/* SPDX-License-Identifier: Apache-2.0 */
#include "support/await.h"
#include "support/items.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

enum { THREADS = 4, ITEMS_EACH = 20000, ITEMS = THREADS * ITEMS_EACH };

/* One handle, THREADS putters and THREADS getters. Statics, because threads may outlive an assertion. */
static ipcq_t *shared;
static int joinable;
static atomic_int failures;
static atomic_uchar seen[ITEMS];

static void *put_own(void *argument)
{
    uint64_t first = (uint64_t)(intptr_t)argument * ITEMS_EACH;
    for (uint64_t i = 0; i < ITEMS_EACH; ++i)
        if (put_number(shared, first + i, IPCQ_FOREVER) != IPCQ_OK)
            atomic_fetch_add(&failures, 1);
    return NULL;
}

static void *get_any(void *argument)
{
    uint64_t latest[THREADS] = {0}; /* one more than the last number of each putter */
    int code = IPCQ_OK;
    (void)argument;
    for (;;) {
        uint64_t number = 0;
        ipcq_item item;
        code = get_number(shared, &number, &item, IPCQ_FOREVER);
        if (code != IPCQ_OK)
            break;
        if (number >= ITEMS || number < latest[number / ITEMS_EACH])
            atomic_fetch_add(&failures, 1);
        else {
            latest[number / ITEMS_EACH] = number + 1;
            atomic_fetch_add(&seen[number], 1);
        }
        if (joinable && ipcq_task_done(shared, item.ticket) != IPCQ_OK)
            atomic_fetch_add(&failures, 1);
    }
    if (code != IPCQ_CLOSED)
        atomic_fetch_add(&failures, 1);
    return NULL;
}

static void many_threads(ipcq_t *queue, int is_joinable)
{
    pthread_t putters[THREADS], getters[THREADS];
    shared = queue;
    joinable = is_joinable;
    atomic_store(&failures, 0);
    memset((void *)seen, 0, sizeof seen);
    for (intptr_t i = 0; i < THREADS; ++i) {
        assert_int_equal(pthread_create(&getters[i], NULL, get_any, NULL), 0);
        assert_int_equal(pthread_create(&putters[i], NULL, put_own, (void *)i), 0);
    }
    for (int i = 0; i < THREADS; ++i)
        pthread_join(putters[i], NULL);
    int joined = is_joinable ? ipcq_join(queue, IPCQ_FOREVER) : IPCQ_OK;
    int shut = ipcq_shutdown(queue, IPCQ_DRAIN);
    for (int i = 0; i < THREADS; ++i)
        pthread_join(getters[i], NULL);

    assert_ok(joined);
    assert_ok(shut);
    assert_int_equal(atomic_load(&failures), 0);
    for (int i = 0; i < ITEMS; ++i)
        assert_int_equal(atomic_load(&seen[i]), 1);
    assert_holds(queue, 0, 0);
}

static void many_threads_share_a_plain_handle(void **state)
{
    many_threads(((struct queue_fixture *)*state)->queue, 0);
}

static void many_threads_share_a_joinable_handle(void **state)
{
    many_threads(((struct queue_fixture *)*state)->queue, 1);
}

static void *use_until_closed(void *argument)
{
    int code = IPCQ_OK;
    (void)argument;
    while (code == IPCQ_OK || code == IPCQ_EMPTY) {
        uint64_t number = 0;
        code = put_number(shared, 1, IPCQ_NOWAIT);
        if (code == IPCQ_OK)
            code = get_number(shared, &number, NULL, IPCQ_NOWAIT);
    }
    return (void *)(intptr_t)code;
}

static void close_may_come_while_other_threads_are_inside(void **state)
{
    struct queue_fixture *fixture = *state;
    for (int round = 0; round < 50; ++round) {
        pthread_t threads[THREADS];
        void *codes[THREADS];
        shared = queue_open_again(fixture);
        for (int i = 0; i < THREADS; ++i)
            assert_int_equal(pthread_create(&threads[i], NULL, use_until_closed, NULL), 0);
        int closed = ipcq_close(shared);
        for (int i = 0; i < THREADS; ++i)
            pthread_join(threads[i], &codes[i]);
        assert_ok(closed);
        for (int i = 0; i < THREADS; ++i)
            assert_code((int)(intptr_t)codes[i], IPCQ_BADHANDLE);
    }
    assert_int_equal(stats_of(fixture->queue).participants, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(many_threads_share_a_plain_handle, PLAIN),
        QUEUE_TEST(many_threads_share_a_joinable_handle, JOINABLE),
        QUEUE_TEST(many_threads_share_a_plain_handle, PLAIN, .max_items = 3),
        QUEUE_TEST(close_may_come_while_other_threads_are_inside, PLAIN),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
