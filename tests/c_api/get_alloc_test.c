/* SPDX-License-Identifier: Apache-2.0 */
#include "support/items.h"

#include <string.h>

static const ipcq_wait nowait = {.deadline_ns = IPCQ_NOWAIT};

static void the_memory_has_the_right_bytes_and_is_ours(void **state)
{
    struct queue_fixture *fixture = *state;
    void *data = NULL;
    ipcq_item item = {0};
    put_word(fixture->queue, "owned");
    assert_ok(ipcq_get_alloc(fixture->queue, &data, &item, IPCQ_ACCEPT_ALL, &nowait));
    assert_int_equal(item.size, 5);
    assert_memory_equal(data, "owned", 5);
    memset(data, 'x', 5);
    ipcq_free(data);
    assert_holds(fixture->queue, 0, 0);
}

static void an_item_without_bytes_is_not_null(void **state)
{
    struct queue_fixture *fixture = *state;
    void *data = NULL;
    ipcq_item item = {.size = 9};
    assert_ok(ipcq_put(fixture->queue, "", 0, IPCQ_NOWAIT));
    assert_ok(ipcq_get_alloc(fixture->queue, &data, &item, IPCQ_ACCEPT_ALL, &nowait));
    assert_int_equal(item.size, 0);
    assert_non_null(data);
    ipcq_free(data);
}

static void nothing_is_allocated_when_nothing_is_there(void **state)
{
    struct queue_fixture *fixture = *state;
    void *data = NULL;
    ipcq_item item;
    assert_code(ipcq_get_alloc(fixture->queue, &data, &item, IPCQ_ACCEPT_ALL, &nowait), IPCQ_EMPTY);
    assert_null(data);
    assert_code(ipcq_get_alloc(fixture->queue, NULL, &item, IPCQ_ACCEPT_ALL, &nowait), IPCQ_INVALID);
    assert_code(ipcq_get_alloc(fixture->queue, &data, NULL, IPCQ_ACCEPT_ALL, &nowait), IPCQ_INVALID);
    assert_code(ipcq_get_alloc(NULL, &data, &item, IPCQ_ACCEPT_ALL, &nowait), IPCQ_INVALID);
}

static void free_takes_null(void **state)
{
    (void)state;
    ipcq_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(the_memory_has_the_right_bytes_and_is_ours, PLAIN),
        QUEUE_TEST(an_item_without_bytes_is_not_null, PLAIN),
        QUEUE_TEST(nothing_is_allocated_when_nothing_is_there, PLAIN),
        QUEUE_TEST(free_takes_null, PLAIN),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
