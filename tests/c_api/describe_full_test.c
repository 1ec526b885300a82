/*
 * What ipcq_describe() says about a full queue: by items, by bytes, or unfinished items keep the memory.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/await.h"
#include "support/child.h"
#include "support/items.h"

#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static const ipcq_wait nowait = {.deadline_ns = IPCQ_NOWAIT};

static char text[512], item[1000];

#define assert_says(part) assert_says_at(part, __LINE__)
static void assert_says_at(const char *part, int line)
{
    if (strstr(text, part) == NULL)
        fail_msg("line %d: \"%s\" does not say \"%s\"", line, text, part);
}

/* Describing changes nothing. */
static void describe(ipcq_t *queue)
{
    ipcq_stats before = stats_of(queue);
    assert_ok(ipcq_describe(queue, IPCQ_FULL, text, sizeof text));
    ipcq_stats after = stats_of(queue);
    assert_memory_equal(&before, &after, sizeof before);
    assert_true(strlen(text) < sizeof text - 1);
    assert_null(strstr(text, "IPCQ_"));
}

static void a_queue_that_is_full_by_items_says_so(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    put_word(fixture->queue, "2");
    assert_code(ipcq_put(fixture->queue, "3", 1, IPCQ_NOWAIT), IPCQ_FULL);
    describe(fixture->queue);
    assert_says(fixture->name);
    assert_says("full by items (2 of max_items 2)");
    assert_says("larger max_items");
}

static void a_queue_that_is_full_by_bytes_says_so(void **state)
{
    struct queue_fixture *fixture = *state;
    while (ipcq_put(fixture->queue, item, sizeof item, IPCQ_NOWAIT) == IPCQ_OK)
        continue;
    describe(fixture->queue);
    assert_says("full by bytes (");
    assert_says("of capacity_bytes 65536)");
    assert_says("larger capacity_bytes");
    assert_null(strstr(text, "unfinished"));
}

/* A full queue with workers is full by its ready items, not by the few in work. */
static void an_item_in_work_before_many_ready_ones_is_not_the_reason(void **state)
{
    struct queue_fixture *fixture = *state;
    while (ipcq_put(fixture->queue, item, sizeof item, IPCQ_NOWAIT) == IPCQ_OK)
        continue;
    ipcq_view view;
    assert_ok(ipcq_borrow(fixture->queue, &view, IPCQ_ACCEPT_ALL, &nowait));
    describe(fixture->queue);
    assert_says("larger capacity_bytes");
    assert_null(strstr(text, "unfinished"));
}

/* Items come and go behind an unfinished one, until there is no memory for one more. */
static void use_up_behind(ipcq_t *queue)
{
    while (ipcq_put(queue, item, sizeof item, IPCQ_NOWAIT) == IPCQ_OK) {
        ipcq_view view;
        assert_ok(ipcq_borrow(queue, &view, IPCQ_ACCEPT_ALL, &nowait));
        assert_ok(ipcq_release(queue, view.item.ticket));
    }
    assert_int_equal(stats_of(queue).items, 0);
}

static int hold_one(void *queue)
{
    ipcq_view view;
    prctl(PR_SET_NAME, "slow worker");
    CHILD_CHECK(ipcq_borrow(queue, &view, IPCQ_ACCEPT_ALL, &nowait) == IPCQ_OK);
    for (;;)
        pause();
}

static pid_t start_holder(ipcq_t *queue)
{
    put_word(queue, "slow");
    const uint64_t taken = stats_of(queue).taken;
    pid_t holder = child_start(hold_one, queue);
    await_taken(queue, taken + 1);
    return holder;
}

static void assert_names(pid_t holder)
{
    char who[64];
    snprintf(who, sizeof who, "held by pid %d (slow worker)", (int)holder);
    assert_says(who);
}

static void an_unfinished_item_that_keeps_the_memory_is_named(void **state)
{
    struct queue_fixture *fixture = *state;
    pid_t holder = start_holder(fixture->queue);
    use_up_behind(fixture->queue);
    describe(fixture->queue);
    assert_says("full by bytes (");
    assert_says("1 unfinished item keeps the memory");
    assert_names(holder);
    child_kill(holder);
}

static void of_several_unfinished_ones_the_oldest_is_named(void **state)
{
    struct queue_fixture *fixture = *state;
    pid_t holder = start_holder(fixture->queue);
    pid_t second = start_holder(fixture->queue);
    use_up_behind(fixture->queue);
    describe(fixture->queue);
    assert_says("2 unfinished items keep the memory; the oldest is");
    assert_names(holder);
    child_kill(holder);
    child_kill(second);
}

static void a_dead_holder_is_not_blamed(void **state)
{
    struct queue_fixture *fixture = *state;
    pid_t holder = start_holder(fixture->queue);
    use_up_behind(fixture->queue);
    child_kill(holder);
    describe(fixture->queue);
    assert_says("was held by a process that has ended");
    assert_says("comes back to the queue");
    assert_null(strstr(text, "pid"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(a_queue_that_is_full_by_items_says_so, PLAIN, .max_items = 2),
        QUEUE_TEST(a_queue_that_is_full_by_bytes_says_so, PLAIN, .capacity_bytes = 65536),
        QUEUE_TEST(an_item_in_work_before_many_ready_ones_is_not_the_reason, JOINABLE, .capacity_bytes = 65536),
        QUEUE_TEST(an_unfinished_item_that_keeps_the_memory_is_named, JOINABLE, .capacity_bytes = 65536),
        QUEUE_TEST(an_unfinished_item_that_keeps_the_memory_is_named, PLAIN, .capacity_bytes = 65536),
        QUEUE_TEST(of_several_unfinished_ones_the_oldest_is_named, JOINABLE, .capacity_bytes = 65536),
        QUEUE_TEST(a_dead_holder_is_not_blamed, JOINABLE, .capacity_bytes = 65536),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
