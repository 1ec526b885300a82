/* SPDX-License-Identifier: Apache-2.0 */
#include "support/await.h"
#include "support/child.h"
#include "support/hooks.h"
#include "support/items.h"
#include "support/old_log.h"

enum {
    SMALL_CAPACITY = 1 << 16, /* segments of 4 KiB */
    ALWAYS_THERE = 5,
    WHILE_IT_STANDS = 13,
    LOOKERS = 40,
    RECORD_BYTES = 24, /* of a number */
};

static int join_and_stop(void *queue)
{
    ipcq_test_stop_at("frontier_walk");
    ipcq_join(queue, IPCQ_NOWAIT);
    return 0;
}

/* The frontier lags behind the two that are finished, and the process that could move it is stopped with its lock. */
static void what_is_finished_is_seen_beside_a_stopped_walker(void **state)
{
    struct queue_fixture *fixture = *state;
    uint64_t nothing = stats_of(fixture->queue).bytes_used;
    put_word(fixture->queue, "first");
    uint64_t one = stats_of(fixture->queue).bytes_used;
    put_word(fixture->queue, "other");
    put_word(fixture->queue, "third");
    get_word(fixture->queue, "first");
    get_word(fixture->queue, "other");
    pid_t walker = child_start(join_and_stop, fixture->queue);
    assert_true(child_wait_stopped(walker));

    assert_ok(ipcq_task_done(fixture->queue, IPCQ_OLDEST));
    assert_ok(ipcq_task_done(fixture->queue, IPCQ_OLDEST));
    assert_int_equal(nothing, 0);
    assert_int_equal(stats_of(fixture->queue).bytes_used, one);
    get_word(fixture->queue, "third");
    assert_int_equal(stats_of(fixture->queue).bytes_used, one);
    assert_ok(ipcq_task_done(fixture->queue, IPCQ_OLDEST));
    assert_int_equal(stats_of(fixture->queue).bytes_used, 0);
}

static void room_is_seen_beside_a_stopped_walker(void **state)
{
    struct queue_fixture *fixture = *state;
    int full = 0, items = 0;
    while (ipcq_put(fixture->queue, "an item of words", 16, IPCQ_NOWAIT) == IPCQ_OK)
        items++;
    assert_ok(ipcq_full(fixture->queue, &full));
    assert_true(full);
    for (int i = 0; i < items; i++)
        get_word(fixture->queue, "an item of words");
    pid_t walker = child_start(join_and_stop, fixture->queue);
    assert_true(child_wait_stopped(walker));
    for (int i = 0; i < items; i++)
        assert_ok(ipcq_task_done(fixture->queue, IPCQ_OLDEST));
    assert_ok(ipcq_full(fixture->queue, &full));
    assert_false(full);
}

static int look_and_stop_on_the_way(void *queue)
{
    ipcq_stats stats = {.struct_size = sizeof stats};
    ipcq_test_stop_at("look_walk");
    CHILD_CHECK(ipcq_stat(queue, &stats) == IPCQ_OK);
    CHILD_CHECK(stats.bytes_used >= ALWAYS_THERE * RECORD_BYTES && stats.bytes_used <= SMALL_CAPACITY / 4);
    return 0;
}

static void pass_items(ipcq_t *queue, int count)
{
    uint64_t number = 0;
    for (int i = 0; i < count; i++) {
        assert_ok(put_number(queue, 0, IPCQ_NOWAIT));
        assert_ok(get_number(queue, &number, NULL, IPCQ_NOWAIT));
        assert_ok(ipcq_task_done(queue, IPCQ_OLDEST));
    }
}

/* A looker stops on its way, and what it was about to look at becomes other items of later segments, more each time. It
 * must not tell of a queue that never was. It looks again when it goes on, and stops there again. */
static void what_is_recycled_under_a_look_is_not_counted(void **state)
{
    struct queue_fixture *fixture = *state;
    uint64_t number = 0;
    for (int i = 0; i < ALWAYS_THERE; i++) {
        assert_ok(put_number(fixture->queue, 0, IPCQ_NOWAIT));
        assert_ok(get_number(fixture->queue, &number, NULL, IPCQ_NOWAIT));
    }
    for (int i = 0; i < LOOKERS; i++) {
        pid_t looker = child_start(look_and_stop_on_the_way, fixture->queue);
        assert_true(child_wait_stopped(looker));
        pass_items(fixture->queue, WHILE_IT_STANDS * i);
        assert_int_equal(child_finish(looker), 0);
    }
}

static int stat_and_stop_on_the_way(void *queue) { return old_log_look(queue, OLD_LOG_STAT); }

static int full_and_stop_on_the_way(void *queue) { return old_log_look(queue, OLD_LOG_FULL); }

/* A looker stops on its way along finished items. Others pass them and give their memory back. The looker goes on,
 * and touches nothing there: a touch would take a page. */
static void memory_that_was_given_back_under_a_look_stays_so(void **state)
{
    struct queue_fixture *fixture = *state;
    child_function *const looks[] = {stat_and_stop_on_the_way, full_and_stop_on_the_way};
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        assert_true(old_log_make(fixture->queue));
        pid_t looker = child_start(looks[i], fixture->queue);
        assert_true(child_wait_stopped(looker));
        const uint64_t before = stats_of(fixture->queue).bytes_backed;
        assert_true(old_log_give_back(fixture->queue));
        const uint64_t after = stats_of(fixture->queue).bytes_backed;
        assert_true(after < before);
        assert_int_equal(child_finish(looker), 0);
        assert_int_equal(stats_of(fixture->queue).bytes_backed, after);
    }
}

struct look {
    ipcq_t *queue;
    const char *point;
};

static int look_and_stop(void *argument)
{
    const struct look *look = argument;
    uint64_t items = 0;
    int flag = 0;
    ipcq_stats stats = {.struct_size = sizeof stats};
    ipcq_participant participant[1];
    size_t count = 0;
    CHILD_CHECK(ipcq_size(look->queue, &items) == IPCQ_OK); /* the first call after a fork attaches */
    ipcq_test_stop_at(look->point);
    CHILD_CHECK(ipcq_size(look->queue, &items) == IPCQ_OK);
    CHILD_CHECK(ipcq_empty(look->queue, &flag) == IPCQ_OK);
    CHILD_CHECK(ipcq_full(look->queue, &flag) == IPCQ_OK);
    CHILD_CHECK(ipcq_stat(look->queue, &stats) == IPCQ_OK);
    CHILD_CHECK(ipcq_participants(look->queue, participant, 1, &count) == IPCQ_OK);
    return 0;
}

static void no_look_comes_by_a_lock(void **state)
{
    struct queue_fixture *fixture = *state;
    static const char *const points[] = {"tail_locked", "head_locked", "frontier_walk"};
    put_word(fixture->queue, "first");
    put_word(fixture->queue, "other");
    get_word(fixture->queue, "first");
    assert_ok(ipcq_task_done(fixture->queue, IPCQ_OLDEST));
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        struct look look = {fixture->queue, points[i]};
        assert_false(child_wait_stopped(child_start(look_and_stop, &look)));
        assert_int_equal(child_run(look_and_stop, &look), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(what_is_finished_is_seen_beside_a_stopped_walker, JOINABLE),
        QUEUE_TEST(room_is_seen_beside_a_stopped_walker, JOINABLE, .capacity_bytes = SMALL_CAPACITY),
        QUEUE_TEST(what_is_recycled_under_a_look_is_not_counted, JOINABLE, .capacity_bytes = SMALL_CAPACITY),
        QUEUE_TEST(memory_that_was_given_back_under_a_look_stays_so, JOINABLE, .capacity_bytes = OLD_LOG_CAPACITY),
        QUEUE_TEST(no_look_comes_by_a_lock, JOINABLE),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
