/*
 * A peer punches holes into a queue's file and fills /dev/shm, so that the memory cannot come back. A touch is SIGBUS
 * then, as after a truncation; a process that asked for the guard is answered CORRUPT.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "environment.h"

#include "support/await.h"
#include "support/child.h"
#include "support/items.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What core/layout/FORMAT.md says of a queue with the numbers of open_small(). */
enum { DATA = 16384, PAGE = 4096, ITEMS = 15, ITEM = 1000 };

static char item[ITEM];

/* Four segments of items, the first item taken. */
static int open_small(struct queue_fixture *fixture)
{
    const ipcq_options options = {.flags = IPCQ_JOINABLE, .capacity_bytes = 64 << 10, .max_participants = 64};
    size_t size = 0;
    CHILD_CHECK(queue_open_with(fixture, &fixture->queue, options) == IPCQ_OK);
    for (int i = 0; i < ITEMS; ++i)
        CHILD_CHECK(ipcq_put(fixture->queue, item, ITEM, IPCQ_NOWAIT) == IPCQ_OK);
    CHILD_CHECK(ipcq_get(fixture->queue, item, ITEM, &size, IPCQ_NOWAIT) == IPCQ_OK);
    return 0;
}

/* The peer. The file keeps its size, so that nothing looks cut. */
static int punch(const struct queue_fixture *fixture, off_t begin, off_t end)
{
    struct stat before, after;
    int fd = open(fixture->path, O_RDWR | O_CLOEXEC);
    CHILD_CHECK(fd >= 0 && fstat(fd, &before) == 0);
    if (end == 0)
        end = before.st_size;
    CHILD_CHECK(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, begin, end - begin) == 0);
    CHILD_CHECK(fstat(fd, &after) == 0 && after.st_size == before.st_size && after.st_blocks < before.st_blocks);
    close(fd);
    fill_shm(0);
    CHILD_CHECK(free_shm() == 0);
    return 0;
}

static int call_put(ipcq_t *queue) { return ipcq_put(queue, item, ITEM, IPCQ_NOWAIT); }

static int call_get(ipcq_t *queue)
{
    size_t size = 0;
    return ipcq_get(queue, item, ITEM, &size, IPCQ_NOWAIT);
}

static int call_task_done(ipcq_t *queue) { return ipcq_task_done(queue, IPCQ_OLDEST); }
static int call_nack(ipcq_t *queue) { return ipcq_nack(queue, IPCQ_OLDEST); }
static int call_join(ipcq_t *queue) { return ipcq_join(queue, IPCQ_NOWAIT); }
static int call_drain(ipcq_t *queue) { return ipcq_shutdown(queue, IPCQ_DRAIN); }

static int call_size(ipcq_t *queue)
{
    uint64_t items = 0;
    return ipcq_size(queue, &items);
}

static int call_stat(ipcq_t *queue)
{
    ipcq_stats stats = {.struct_size = sizeof stats};
    return ipcq_stat(queue, &stats);
}

static int call_participants(ipcq_t *queue)
{
    ipcq_participant people[4];
    size_t count = 0;
    return ipcq_participants(queue, people, 4, &count);
}

static const struct {
    const char *name;
    int (*make)(ipcq_t *queue);
    off_t begin, end; /* of the hole; end 0: that of the file */
} calls[] = {
    {"put", call_put, 0, 0},
    {"get", call_get, 0, 0},
    {"task_done", call_task_done, 0, 0},
    {"nack", call_nack, 0, 0},
    {"join", call_join, 0, 0},
    {"shutdown", call_drain, 0, 0},
    {"size", call_size, 0, 0},
    {"stat", call_stat, 0, 0},
    {"participants", call_participants, 0, 0},
    {"put without the control part", call_put, 0, PAGE},
    {"get without the control part", call_get, 0, PAGE},
    {"size without the control part", call_size, 0, PAGE},
    {"participants without the slots", call_participants, PAGE, 2 * PAGE},
    {"put without the data", call_put, DATA, 0},
    {"get without the data", call_get, DATA, 0},
    {"nack without the data", call_nack, DATA, 0},
};

/* In the place of CMocka's handler, which would go on with the tests in the child. */
static int guard(void)
{
    signal(SIGBUS, SIG_DFL);
    CHILD_CHECK(ipcq_guard_truncation() == IPCQ_OK);
    return 0;
}

/* The call meets the hole first; then every other one answers the same, and the handle can be closed. */
static int meet_each_hole(void *state)
{
    struct queue_fixture *fixture = state;
    CHILD_CHECK(own_shm("size=4m"));
    CHILD_CHECK(guard() == 0);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; ++i) {
        CHILD_CHECK(open_small(fixture) == 0 && punch(fixture, calls[i].begin, calls[i].end) == 0);
        int code = calls[i].make(fixture->queue);
        if (code != IPCQ_CORRUPT)
            fprintf(stderr, "%s answers %s\n", calls[i].name, ipcq_error_name(code));
        CHILD_CHECK(code == IPCQ_CORRUPT);
        for (size_t other = 0; other < sizeof calls / sizeof *calls; ++other)
            CHILD_CHECK(calls[other].make(fixture->queue) == IPCQ_CORRUPT);
        CHILD_CHECK(ipcq_close(fixture->queue) == IPCQ_OK && ipcq_unlink(fixture->name) == IPCQ_OK);
        drain_shm();
    }
    return 0;
}

static int meet_a_hole_unguarded(void *state)
{
    struct queue_fixture *fixture = state;
    signal(SIGBUS, SIG_DFL);
    CHILD_CHECK(own_shm("size=4m"));
    CHILD_CHECK(open_small(fixture) == 0 && punch(fixture, 0, 0) == 0);
    return -call_get(fixture->queue);
}

static void without_the_guard_a_hole_kills(void **state)
{
    assert_int_equal(child_run(meet_a_hole_unguarded, *state), -SIGBUS);
}

static void with_the_guard_every_call_answers_corrupt(void **state)
{
    assert_int_equal(child_run(meet_each_hole, *state), 0);
}

/* ------------------------------------------------------------------------------------ while the queue is opened */

/* The hole begins behind the header, or takes it along. */
static int open_with_a_hole(struct queue_fixture *fixture, off_t begin)
{
    ipcq_t *late = NULL;
    CHILD_CHECK(open_small(fixture) == 0 && punch(fixture, begin, 0) == 0);
    int code = queue_open_with(fixture, &late, (ipcq_options){0});
    if (begin == 0)
        CHILD_CHECK(code == IPCQ_FOREIGN && late == NULL);
    else if (code == IPCQ_OK) /* the hole was met after it had attached */
        CHILD_CHECK(call_get(late) == IPCQ_CORRUPT && ipcq_close(late) == IPCQ_OK);
    else
        CHILD_CHECK(code == IPCQ_TRUNCATED && late == NULL);
    CHILD_CHECK(ipcq_close(fixture->queue) == IPCQ_OK && ipcq_unlink(fixture->name) == IPCQ_OK);
    drain_shm();
    return 0;
}

static int open_with_each_hole(void *state)
{
    CHILD_CHECK(own_shm("size=4m"));
    CHILD_CHECK(guard() == 0);
    for (off_t begin = 0; begin <= DATA; begin += PAGE)
        CHILD_CHECK(open_with_a_hole(state, begin) == 0);
    return 0;
}

static void with_the_guard_an_open_is_told(void **state)
{
    assert_int_equal(child_run(open_with_each_hole, *state), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAME_TEST(without_the_guard_a_hole_kills),
        NAME_TEST(with_the_guard_every_call_answers_corrupt),
        NAME_TEST(with_the_guard_an_open_is_told),
    };
    return cmocka_run_group_tests(tests, skip_without_root, NULL);
}
