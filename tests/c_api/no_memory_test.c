/*
 * The handle's private tables cannot grow: the calls answer IPCQ_NOMEM, and no item is taken, lost or reserved. The
 * test's malloc() and calloc() stand before the C library's.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/items.h"

#include <stdbool.h>
#include <stdlib.h>

enum { HELD_MAX = 100000, BATCH = 200, TRIES = 1000 };

static bool refused;

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);

static size_t granted = SIZE_MAX; /* no larger block is to be had */

void *malloc(size_t size) { return refused || size > granted ? NULL : __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return refused ? NULL : __libc_calloc(count, size); }
void *realloc(void *old, size_t size) { return refused ? NULL : __libc_realloc(old, size); }

/* Puts and takes without memory until the table is full. The item that was not taken is left in the queue. */
static uint64_t fill_the_table(ipcq_t *queue)
{
    uint64_t held = 0;
    int code = IPCQ_OK;
    refused = true;
    while (held < HELD_MAX && code == IPCQ_OK) {
        uint64_t number = 0;
        code = put_number(queue, held, IPCQ_NOWAIT);
        if (code == IPCQ_OK && (code = get_number(queue, &number, NULL, IPCQ_NOWAIT)) == IPCQ_OK)
            ++held;
    }
    refused = false;
    assert_code(code, IPCQ_NOMEM);
    return held;
}

static void a_get_takes_nothing(void **state)
{
    ipcq_t *queue = ((struct queue_fixture *)*state)->queue;
    uint64_t number = 0;
    const uint64_t held = fill_the_table(queue);
    assert_holds(queue, 1, held);
    assert_ok(get_number(queue, &number, NULL, IPCQ_NOWAIT));
    assert_int_equal(number, held);
    for (uint64_t i = 0; i <= held; ++i)
        assert_ok(ipcq_task_done(queue, i % 2 == 0 ? IPCQ_OLDEST : IPCQ_OLDEST_OF_THREAD));
    assert_holds(queue, 0, 0);
}

static void a_borrow_takes_nothing(void **state)
{
    ipcq_t *queue = ((struct queue_fixture *)*state)->queue;
    const ipcq_wait wait = {.deadline_ns = IPCQ_NOWAIT};
    ipcq_view view;
    const uint64_t held = fill_the_table(queue);
    refused = true;
    const int code = ipcq_borrow(queue, &view, IPCQ_ACCEPT_ALL, &wait);
    refused = false;
    assert_code(code, IPCQ_NOMEM);
    assert_holds(queue, 1, held);
}

static void a_batch_takes_nothing(void **state)
{
    ipcq_t *queue = ((struct queue_fixture *)*state)->queue;
    const ipcq_wait wait = {.deadline_ns = IPCQ_NOWAIT};
    static char buffer[64 * BATCH];
    static ipcq_view views[BATCH];
    size_t count = 0;
    const uint64_t held = fill_the_table(queue);
    for (uint64_t i = 1; i < BATCH; ++i)
        assert_ok(put_number(queue, i, IPCQ_NOWAIT));
    refused = true;
    const int code = ipcq_get_many(queue, buffer, sizeof buffer, views, BATCH, &count, IPCQ_ACCEPT_ALL, &wait);
    refused = false;
    assert_code(code, IPCQ_NOMEM);
    assert_holds(queue, BATCH, held);
    assert_ok(ipcq_get_many(queue, buffer, sizeof buffer, views, BATCH, &count, IPCQ_ACCEPT_ALL, &wait));
    assert_int_equal(count, BATCH);
    assert_holds(queue, 0, held + BATCH);
}

/* As often as the queue's memory would not suffice for. */
static void a_reserve_reserves_nothing(void **state)
{
    ipcq_t *queue = ((struct queue_fixture *)*state)->queue;
    const ipcq_wait wait = {.deadline_ns = IPCQ_NOWAIT};
    void *data = NULL;
    for (int i = 0; i < TRIES; ++i) {
        refused = true;
        const int code = ipcq_reserve(queue, 8, &data, &wait);
        refused = false;
        assert_code(code, IPCQ_NOMEM);
        assert_null(data);
    }
    assert_ok(ipcq_reserve(queue, 8, &data, &wait));
    assert_ok(ipcq_abandon(queue, data));
}

static void an_item_that_cannot_be_had_is_not_described(void **state)
{
    ipcq_t *queue = ((struct queue_fixture *)*state)->queue;
    static const char large[10000];
    void *data = &data;
    ipcq_item item = {9, 9, 9, 9};
    assert_ok(ipcq_put(queue, large, sizeof large, IPCQ_NOWAIT));
    granted = sizeof large - 1;
    int code = ipcq_get_alloc(queue, &data, &item, IPCQ_ACCEPT_ALL, NULL);
    granted = SIZE_MAX;
    assert_code(code, IPCQ_NOMEM);
    assert_ptr_equal(data, &data);
    assert_true(item.ticket == 9 && item.size == 9 && item.type == 9 && item.deliveries == 9);
    assert_holds(queue, 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(a_get_takes_nothing, JOINABLE),
        QUEUE_TEST(a_borrow_takes_nothing, JOINABLE),
        QUEUE_TEST(a_batch_takes_nothing, JOINABLE),
        QUEUE_TEST(a_reserve_reserves_nothing, JOINABLE, .capacity_bytes = 1 << 20),
        QUEUE_TEST(an_item_that_cannot_be_had_is_not_described, PLAIN),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
