/*
 * Several handles to one queue in one process, with one mapping for all of them. The participants meet at the same
 * addresses, so ThreadSanitizer sees every access that no synchronisation orders. Without it this is one more test of
 * threads.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/await.h"
#include "support/hooks.h"
#include "support/items.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

enum { PUTTERS = 2, GETTERS = 2, ITEMS_EACH = 3000, ITEMS = PUTTERS * ITEMS_EACH, HANDLE_LIFE = 200 };

/* Statics, because threads may outlive an assertion. */
static const char *name;
static int joinable;
static atomic_int failures;
static atomic_uchar seen[ITEMS];

static void *trouble(const char *what, int code)
{
    print_error("%s: %s\n", what, ipcq_error_name(code));
    atomic_fetch_add(&failures, 1);
    return NULL;
}

static void *put_own(void *argument)
{
    uint64_t first = (uint64_t)(intptr_t)argument * ITEMS_EACH;
    ipcq_t *queue = NULL;
    int code = IPCQ_OK;
    for (uint64_t i = 0; i < ITEMS_EACH; ++i) {
        if (i % HANDLE_LIFE == 0) {
            if (i > 0 && (code = ipcq_close(queue)) != IPCQ_OK)
                return trouble("close", code);
            if ((code = ipcq_open(&queue, name, NULL)) != IPCQ_OK)
                return trouble("open", code);
        }
        if ((code = put_number(queue, first + i, IPCQ_FOREVER)) != IPCQ_OK)
            return trouble("put", code);
    }
    code = ipcq_close(queue);
    return code == IPCQ_OK ? NULL : trouble("close", code);
}

/* Every tenth item is given back, and every so often the handle is closed with one item unfinished. */
static void *get_any(void *argument)
{
    ipcq_t *queue = NULL;
    int code = ipcq_open(&queue, name, NULL);
    (void)argument;
    if (code != IPCQ_OK)
        return trouble("open", code);
    for (uint64_t turn = 1;; ++turn) {
        uint64_t number = 0;
        ipcq_item item;
        code = get_number(queue, &number, &item, IPCQ_FOREVER);
        if (code == IPCQ_CLOSED)
            break;
        if (code != IPCQ_OK || number >= ITEMS)
            return trouble("get", code);
        if (joinable && turn % HANDLE_LIFE == 0) {
            if ((code = ipcq_close(queue)) != IPCQ_OK || (code = ipcq_open(&queue, name, NULL)) != IPCQ_OK)
                return trouble("close and open", code);
            continue;
        }
        if (joinable && turn % 10 == 0) {
            if ((code = ipcq_nack(queue, item.ticket)) != IPCQ_OK)
                return trouble("nack", code);
            continue;
        }
        atomic_fetch_add(&seen[number], 1);
        if (joinable && (code = ipcq_task_done(queue, IPCQ_OLDEST_OF_THREAD)) != IPCQ_OK)
            return trouble("task_done", code);
    }
    code = ipcq_close(queue);
    return code == IPCQ_OK ? NULL : trouble("close", code);
}

static void handles_meet_in_one_mapping(void **state)
{
    struct queue_fixture *fixture = *state;
    pthread_t putters[PUTTERS], getters[GETTERS];
    name = fixture->name;
    joinable = (int)stats_of(fixture->queue).joinable;
    memset((void *)seen, 0, sizeof seen);
    for (intptr_t i = 0; i < GETTERS; ++i)
        assert_int_equal(pthread_create(&getters[i], NULL, get_any, NULL), 0);
    for (intptr_t i = 0; i < PUTTERS; ++i)
        assert_int_equal(pthread_create(&putters[i], NULL, put_own, (void *)i), 0);
    for (int i = 0; i < PUTTERS; ++i)
        pthread_join(putters[i], NULL);
    int joined = joinable ? ipcq_join(fixture->queue, IPCQ_FOREVER) : IPCQ_OK;
    int shut = ipcq_shutdown(fixture->queue, IPCQ_DRAIN);
    for (int i = 0; i < GETTERS; ++i)
        pthread_join(getters[i], NULL);

    assert_ok(joined);
    assert_ok(shut);
    assert_int_equal(atomic_load(&failures), 0);
    for (int i = 0; i < ITEMS; ++i)
        assert_int_equal(atomic_load(&seen[i]), 1);
    assert_holds(fixture->queue, 0, 0);
}

static int share(void **state)
{
    (void)state;
    ipcq_test_share_mapping(1);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(handles_meet_in_one_mapping, PLAIN),
        QUEUE_TEST(handles_meet_in_one_mapping, JOINABLE),
        QUEUE_TEST(handles_meet_in_one_mapping, PLAIN, .max_items = 3),
        QUEUE_TEST(handles_meet_in_one_mapping, JOINABLE, .capacity_bytes = 64 * 1024),
    };
    return cmocka_run_group_tests(tests, share, NULL);
}
