/* SPDX-License-Identifier: Apache-2.0 */
#include "support/items.h"

static void looks(ipcq_t *queue, uint64_t items, int empty, int full)
{
    uint64_t seen_items = 99;
    int seen_empty = 99, seen_full = 99;
    assert_ok(ipcq_size(queue, &seen_items));
    assert_ok(ipcq_empty(queue, &seen_empty));
    assert_ok(ipcq_full(queue, &seen_full));
    assert_int_equal(seen_items, items);
    assert_int_equal(seen_empty, empty);
    assert_int_equal(seen_full, full);
}

static void they_follow_each_put_and_get(void **state)
{
    struct queue_fixture *fixture = *state;
    looks(fixture->queue, 0, 1, 0);
    put_word(fixture->queue, "1");
    looks(fixture->queue, 1, 0, 0);
    put_word(fixture->queue, "2");
    looks(fixture->queue, 2, 0, 1);
    get_word(fixture->queue, "1");
    looks(fixture->queue, 1, 0, 0);
    get_word(fixture->queue, "2");
    looks(fixture->queue, 0, 1, 0);
}

static void taken_items_do_not_count(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    put_word(fixture->queue, "2");
    get_word(fixture->queue, "1");
    looks(fixture->queue, 1, 0, 0);
    assert_ok(ipcq_nack(fixture->queue, IPCQ_OLDEST));
    looks(fixture->queue, 2, 0, 1);
}

static void an_unbounded_queue_is_full_when_its_bytes_are_used(void **state)
{
    struct queue_fixture *fixture = *state;
    static const char item[4096];
    uint64_t puts = 0, items = 0;
    int full = 0;
    int code = IPCQ_OK;
    while ((code = ipcq_put(fixture->queue, item, sizeof item, IPCQ_NOWAIT)) == IPCQ_OK)
        ++puts;
    assert_code(code, IPCQ_FULL);
    assert_ok(ipcq_full(fixture->queue, &full));
    assert_int_equal(full, 1);
    assert_ok(ipcq_size(fixture->queue, &items));
    assert_int_equal(items, puts);
    assert_true(puts * sizeof item <= 1 << 20);
    assert_true(puts > 0);
}

static void null_is_invalid(void **state)
{
    struct queue_fixture *fixture = *state;
    uint64_t items = 0;
    int answer = 0;
    assert_code(ipcq_size(fixture->queue, NULL), IPCQ_INVALID);
    assert_code(ipcq_empty(fixture->queue, NULL), IPCQ_INVALID);
    assert_code(ipcq_full(fixture->queue, NULL), IPCQ_INVALID);
    assert_code(ipcq_size(NULL, &items), IPCQ_INVALID);
    assert_code(ipcq_empty(NULL, &answer), IPCQ_INVALID);
    assert_code(ipcq_full(NULL, &answer), IPCQ_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(they_follow_each_put_and_get, PLAIN, .max_items = 2),
        QUEUE_TEST(taken_items_do_not_count, JOINABLE, .max_items = 2),
        QUEUE_TEST(an_unbounded_queue_is_full_when_its_bytes_are_used, PLAIN, .capacity_bytes = 1 << 20),
        QUEUE_TEST(null_is_invalid, PLAIN),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
