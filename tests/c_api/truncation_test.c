/* SPDX-License-Identifier: Apache-2.0
 *
 * What a queue answers after a peer cut its object short, in a process that asked for the guard. The guard is for good,
 * so each test asks for it in a child, which also opens the queue: an unguarded handle of the test could not be
 * closed. */
#include "support/child.h"
#include "support/items.h"
#include "support/object.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* What core/layout/FORMAT.md says of a queue with these numbers. */
enum { HEAD = 384, DATA = 16384, SEGMENT = 4096, ITEMS = 15, ITEM_SIZE = 1000 };

static int open_small(struct queue_fixture *fixture)
{
    const ipcq_options options = {.flags = IPCQ_JOINABLE, .capacity_bytes = 64 << 10, .max_participants = 64};
    return queue_open_with(fixture, &fixture->queue, options);
}

static int cut(struct queue_fixture *fixture, size_t size) { return object_truncate(fixture->path, size); }

/* Four segments of items, the first one taken. */
static int fill(ipcq_t *queue)
{
    char item[ITEM_SIZE];
    size_t size = 0;
    for (int i = 0; i < ITEMS; ++i) {
        memset(item, 'a' + i, sizeof item);
        if (ipcq_put(queue, item, sizeof item, IPCQ_NOWAIT) != IPCQ_OK)
            return -1;
    }
    return ipcq_get(queue, item, sizeof item, &size, IPCQ_NOWAIT);
}

/* ------------------------------------------------------------------------------------------- every call, any size */

static int call_put(ipcq_t *queue) { return ipcq_put(queue, "item", 4, IPCQ_FOREVER); }

static int call_put_large(ipcq_t *queue)
{
    static const char item[5 * SEGMENT];
    return ipcq_put_typed(queue, item, sizeof item, 7, NULL);
}

static int call_get(ipcq_t *queue)
{
    char item[ITEM_SIZE];
    size_t size = 0;
    return ipcq_get(queue, item, sizeof item, &size, IPCQ_NOWAIT);
}

static int call_get_item(ipcq_t *queue)
{
    char item[ITEM_SIZE];
    ipcq_item about;
    const ipcq_wait wait = {.deadline_ns = ipcq_deadline(0.1)};
    return ipcq_get_item(queue, item, sizeof item, &about, IPCQ_ACCEPT_ALL, &wait);
}

static int call_get_alloc(ipcq_t *queue)
{
    void *data = NULL;
    ipcq_item about;
    const ipcq_wait wait = {.deadline_ns = IPCQ_NOWAIT};
    int code = ipcq_get_alloc(queue, &data, &about, IPCQ_ACCEPT_ALL, &wait);
    ipcq_free(data);
    return code;
}

static int call_task_done(ipcq_t *queue) { return ipcq_task_done(queue, IPCQ_OLDEST); }
static int call_nack(ipcq_t *queue) { return ipcq_nack(queue, IPCQ_OLDEST); }
static int call_join(ipcq_t *queue) { return ipcq_join(queue, ipcq_deadline(0.1)); }
static int call_drain(ipcq_t *queue) { return ipcq_shutdown(queue, IPCQ_DRAIN); }
static int call_end(ipcq_t *queue) { return ipcq_shutdown(queue, IPCQ_IMMEDIATE); }

static int call_size(ipcq_t *queue)
{
    uint64_t items = 0;
    return ipcq_size(queue, &items);
}

static int call_empty(ipcq_t *queue)
{
    int empty = 0;
    return ipcq_empty(queue, &empty);
}

static int call_full(ipcq_t *queue)
{
    int full = 0;
    return ipcq_full(queue, &full);
}

static int call_stat(ipcq_t *queue)
{
    ipcq_stats stats = {.struct_size = sizeof stats};
    return ipcq_stat(queue, &stats);
}

static int call_participants(ipcq_t *queue)
{
    ipcq_participant array[4];
    size_t count = 0;
    return ipcq_participants(queue, array, 4, &count);
}

static const struct {
    const char *name;
    int (*make)(ipcq_t *queue);
    int only_looks; /* at the control part, and is right as long as that is there */
} calls[] = {
    {"put", call_put, 0},
    {"put a large item", call_put_large, 0},
    {"get", call_get, 0},
    {"get_item", call_get_item, 0},
    {"get_alloc", call_get_alloc, 0},
    {"task_done", call_task_done, 0},
    {"nack", call_nack, 0},
    {"join", call_join, 0},
    {"drain", call_drain, 0},
    {"end", call_end, 0},
    {"size", call_size, 1},
    {"empty", call_empty, 1},
    {"full", call_full, 1},
    {"stat", call_stat, 1},
    {"participants", call_participants, 1},
};
enum { CALLS = sizeof calls / sizeof *calls };

static int all_calls_answer_corrupt(ipcq_t *queue)
{
    char name[256];
    for (int i = 0; i < CALLS; ++i) {
        int code = calls[i].make(queue);
        if (code != IPCQ_CORRUPT)
            fprintf(stderr, "%s answers %s\n", calls[i].name, ipcq_error_name(code));
        CHILD_CHECK(code == IPCQ_CORRUPT);
    }
    CHILD_CHECK(ipcq_name(queue, name, sizeof name) == IPCQ_OK);
    CHILD_CHECK(ipcq_describe(queue, IPCQ_TIMEDOUT, name, sizeof name) == IPCQ_OK);
    return 0;
}

/* The object is cut to `size`, then extended again if `extended`; then this call is the first to notice. */
static int one_call(struct queue_fixture *fixture, size_t size, int extended, int call)
{
    struct stat object;
    CHILD_CHECK(open_small(fixture) == IPCQ_OK && fill(fixture->queue) == IPCQ_OK);
    CHILD_CHECK(stat(fixture->path, &object) == 0 && object.st_size >= DATA + 4 * SEGMENT);
    CHILD_CHECK(cut(fixture, size) == 0);
    CHILD_CHECK(!extended || cut(fixture, (size_t)object.st_size) == 0);

    int code = calls[call].make(fixture->queue);
    int may_be_whole = size > DATA || (calls[call].only_looks && size > HEAD);
    if (code != IPCQ_CORRUPT && !may_be_whole) {
        fprintf(stderr, "cut to %zu%s: %s answers %s\n", size, extended ? " and extended" : "", calls[call].name,
                ipcq_error_name(code));
        return 1;
    }
    /* New memory for a large item may bring the lost part back, as zeros. */
    int brought_back = calls[call].make == call_put_large && code == IPCQ_OK;
    if (!extended && !brought_back) {
        CHILD_CHECK(call_put(fixture->queue) == IPCQ_CORRUPT); /* the tail was in the last segment */
        CHILD_CHECK(all_calls_answer_corrupt(fixture->queue) == 0);
        CHILD_CHECK(stat(fixture->path, &object) == 0);
        CHILD_CHECK(size > DATA || (size_t)object.st_size == size); /* this handle did not let it grow again */
    }
    CHILD_CHECK(ipcq_close(fixture->queue) == IPCQ_OK && ipcq_close(fixture->queue) == IPCQ_BADHANDLE);
    CHILD_CHECK(ipcq_unlink(fixture->name) == IPCQ_OK);
    return 0;
}

static int cut_at_each_size(void *argument)
{
    /* In each group of the control part, at the ends of pages, in the table, in the data. */
    static const size_t sizes[] = {
        0,
        1,
        64,
        300,
        384,
        520,
        700,
        1279,
        4095,
        4096,
        4097, /* control */
        8192,
        12288,
        12289,
        DATA - 1,
        DATA, /* slots, table */
        DATA + 1,
        DATA + 1100,
        DATA + SEGMENT,
        DATA + SEGMENT + 1,
        DATA + 2 * SEGMENT,
        DATA + 3 * SEGMENT,
    };
    CHILD_CHECK(ipcq_guard_truncation() == IPCQ_OK);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; ++i)
        for (int call = 0; call < CALLS; ++call)
            CHILD_CHECK(one_call(argument, sizes[i], 0, call) == 0);
    return 0;
}

static void every_call_on_a_queue_that_was_cut_answers_corrupt(void **state)
{
    assert_int_equal(child_run(cut_at_each_size, *state), 0);
}

static int cut_and_extended(void *argument)
{
    CHILD_CHECK(ipcq_guard_truncation() == IPCQ_OK);
    for (int call = 0; call < CALLS; ++call)
        CHILD_CHECK(one_call(argument, 0, 1, call) == 0);
    return 0;
}

static void zeros_that_came_back_answer_corrupt_too(void **state)
{
    assert_int_equal(child_run(cut_and_extended, *state), 0);
}

static int items_before_the_cut(void *argument)
{
    struct queue_fixture *fixture = argument;
    char item[ITEM_SIZE];
    size_t size = 0;
    int code = IPCQ_OK;
    ipcq_guard_truncation();
    CHILD_CHECK(open_small(fixture) == IPCQ_OK && fill(fixture->queue) == IPCQ_OK);
    CHILD_CHECK(cut(fixture, DATA + 2 * SEGMENT) == 0);
    for (int i = 1; (code = ipcq_get(fixture->queue, item, sizeof item, &size, IPCQ_NOWAIT)) == IPCQ_OK; ++i)
        for (size_t byte = 0; byte < sizeof item; ++byte)
            CHILD_CHECK(item[byte] == 'a' + i);
    CHILD_CHECK(code == IPCQ_CORRUPT);
    return all_calls_answer_corrupt(fixture->queue);
}

static void no_item_of_zeros_is_delivered(void **state)
{
    assert_int_equal(child_run(items_before_the_cut, *state), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAME_TEST(every_call_on_a_queue_that_was_cut_answers_corrupt),
        NAME_TEST(zeros_that_came_back_answer_corrupt_too),
        NAME_TEST(no_item_of_zeros_is_delivered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
