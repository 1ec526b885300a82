/* SPDX-License-Identifier: Apache-2.0 */
#include "support/await.h"
#include "support/items.h"
#include "support/object.h"

#include <string.h>

enum { ROUNDS = 2000, ITEM_BYTES = 3000, AT_ONCE = 3, CAPACITY = 1 << 20 };
enum { OBJECT_MAX_ITEMS = 96 }; /* 8 bytes, core/layout/header.hpp */

static const uint64_t huge[] = {UINT64_MAX, UINT64_MAX - 1, (UINT64_C(1) << 63) + 1, UINT64_C(1) << 63, INT64_MAX};
enum { HUGE_LIMITS = sizeof huge / sizeof *huge };

/* More than the capacity goes through, in every way of putting, and the limit never matters. */
static void never_full(ipcq_t *queue, uint64_t limit)
{
    static char item[ITEM_BYTES], buffer[AT_ONCE * ITEM_BYTES];
    ipcq_message messages[AT_ONCE] = {{item, sizeof item, 0, 0}, {item, 1, 0, 0}, {item, sizeof item, 0, 0}};
    ipcq_wait now = {.deadline_ns = IPCQ_NOWAIT};
    int full = 1;
    uint64_t items = 0;
    size_t size = 0, count = 0;
    void *reserved = NULL;
    assert_true(stats_of(queue).max_items == limit);
    for (int round = 0; round < ROUNDS; ++round) {
        assert_ok(ipcq_put(queue, item, sizeof item, IPCQ_NOWAIT));
        assert_ok(ipcq_put_many(queue, messages, AT_ONCE, &count, &now));
        assert_int_equal(count, AT_ONCE);
        assert_ok(ipcq_reserve(queue, 10, &reserved, &now));
        assert_ok(ipcq_commit(queue, reserved, 10, 0, &now));
        assert_ok(ipcq_full(queue, &full));
        assert_false(full);
        assert_ok(ipcq_size(queue, &items));
        assert_int_equal(items, AT_ONCE + 2);
        for (int i = 0; i < AT_ONCE + 2; ++i) {
            assert_ok(ipcq_get(queue, buffer, sizeof buffer, &size, IPCQ_NOWAIT));
            if (stats_of(queue).joinable)
                assert_ok(round % 2 != 0 || i % 2 != 0 ? ipcq_task_done(queue, IPCQ_OLDEST)
                                                       : ipcq_nack(queue, IPCQ_OLDEST));
            if (stats_of(queue).joinable && round % 2 == 0 && i % 2 == 0) {
                assert_ok(ipcq_get(queue, buffer, sizeof buffer, &size, IPCQ_NOWAIT));
                assert_ok(ipcq_task_done(queue, IPCQ_OLDEST));
            }
        }
        assert_ok(ipcq_full(queue, &full));
        assert_false(full);
    }
    assert_holds(queue, 0, 0);
}

static void open_and_never_full(struct queue_fixture *fixture, uint32_t flags)
{
    for (int i = 0; i < HUGE_LIMITS; ++i) {
        assert_ok(queue_open_with(
            fixture, &fixture->queue,
            (ipcq_options){.flags = flags | IPCQ_CREATE_ONLY, .max_items = huge[i], .capacity_bytes = CAPACITY}));
        never_full(fixture->queue, huge[i]);
        assert_ok(ipcq_close(fixture->queue));
        fixture->queue = NULL;
        assert_ok(ipcq_unlink(fixture->name));
    }
}

static void a_plain_queue_of_nearly_unlimited_items_is_never_full(void **state)
{
    open_and_never_full(*state, IPCQ_PLAIN);
}

static void a_joinable_queue_of_nearly_unlimited_items_is_never_full(void **state)
{
    open_and_never_full(*state, IPCQ_JOINABLE);
}

/* The object of a queue without a limit says that it has one. */
static void a_header_with_a_huge_limit_is_taken_at_its_word(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "put without a limit");
    get_word(fixture->queue, "put without a limit");
    assert_ok(ipcq_close(fixture->queue));
    fixture->queue = NULL;
    for (size_t i = 0; i < 8; ++i)
        assert_int_equal(object_flip(fixture->path, OBJECT_MAX_ITEMS + i, 0xff), 0);
    fixture->queue = queue_open_again(fixture);
    never_full(fixture->queue, UINT64_MAX);
    assert_ok(ipcq_close(fixture->queue));
    fixture->queue = NULL;
    assert_int_equal(object_flip(fixture->path, OBJECT_MAX_ITEMS, 0x01), 0);
    fixture->queue = queue_open_again(fixture);
    never_full(fixture->queue, UINT64_MAX - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAME_TEST(a_plain_queue_of_nearly_unlimited_items_is_never_full),
        NAME_TEST(a_joinable_queue_of_nearly_unlimited_items_is_never_full),
        QUEUE_TEST(a_header_with_a_huge_limit_is_taken_at_its_word, PLAIN, .capacity_bytes = CAPACITY),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
