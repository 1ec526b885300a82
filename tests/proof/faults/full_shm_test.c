/*
 * A /dev/shm of 4 MiB that a stranger fills: every call says what is the matter, none ends by SIGBUS, nothing is lost,
 * and when space returns all goes on. Each test is a child with a /dev/shm of its own.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "environment.h"

#include "support/await.h"
#include "support/child.h"
#include "support/items.h"
#include "support/sandbox.h"
#include "support/segment_ends.h"
#include "valid/snapshot.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ITEM = 16000, SEGMENT = 65536 };

static char item[SEGMENT];

static int open_here(struct queue_fixture *fixture, ipcq_t **out, uint32_t flags)
{
    return queue_open_with(fixture, out, (ipcq_options){.flags = flags, .capacity_bytes = 64 << 20});
}

static int put_until(ipcq_t *queue, uint64_t *count, uint64_t limit)
{
    int code = IPCQ_OK;
    while (*count < limit && (code = ipcq_put(queue, item, ITEM, IPCQ_NOWAIT)) == IPCQ_OK)
        ++*count;
    return code;
}

static int get_until_empty(ipcq_t *queue, uint64_t *count)
{
    size_t size = 0;
    int code = IPCQ_OK;
    while ((code = ipcq_get(queue, item, sizeof item, &size, IPCQ_NOWAIT)) == IPCQ_OK && size == ITEM)
        ++*count;
    return code;
}

static bool sound(const struct queue_fixture *fixture, uint64_t lost)
{
    struct snapshot image = {0};
    char text[SNAPSHOT_TEXT] = "no snapshot";
    bool ok = snapshot_take(&image, fixture->path) && snapshot_valid(&image, true, text) &&
              snapshot_lost_segments(&image) == lost;
    if (!ok)
        fprintf(stderr, "%s\n", text);
    snapshot_free(&image);
    return ok;
}

/* A thousand refused puts take neither a segment nor a page, and what can be done without new memory goes on. */
static int put_when_full(void *state)
{
    struct queue_fixture *fixture = state;
    ipcq_t *queue = NULL;
    uint64_t puts = 0, gets = 0;
    CHILD_CHECK(own_shm("size=4m"));
    CHILD_CHECK(open_here(fixture, &queue, IPCQ_PLAIN) == IPCQ_OK);
    CHILD_CHECK(put_until(queue, &puts, 20) == IPCQ_OK);
    fill_shm(0);
    CHILD_CHECK(put_until(queue, &puts, 1000) == IPCQ_NOSPACE);
    uint64_t backed = stats_of(queue).bytes_backed;
    for (int i = 0; i < 1000; ++i)
        CHILD_CHECK(ipcq_put(queue, item, ITEM, IPCQ_NOWAIT) == IPCQ_NOSPACE);
    CHILD_CHECK(ipcq_put(queue, item, ITEM, ipcq_deadline(0.1)) == IPCQ_NOSPACE);
    ipcq_stats stats = stats_of(queue);
    CHILD_CHECK(stats.items == puts && stats.puts == puts && stats.bytes_backed == backed);
    CHILD_CHECK(sound(fixture, 0));
    CHILD_CHECK(get_until_empty(queue, &gets) == IPCQ_EMPTY && gets == puts);
    for (int i = 0; i < 200; ++i) { /* round and round in the memory that is there */
        CHILD_CHECK(ipcq_put(queue, item, ITEM, IPCQ_NOWAIT) == IPCQ_OK);
        gets = 0;
        CHILD_CHECK(get_until_empty(queue, &gets) == IPCQ_EMPTY && gets == 1);
    }
    puts = gets = 0;
    CHILD_CHECK(put_until(queue, &puts, 1000) == IPCQ_NOSPACE);
    drain_shm();
    CHILD_CHECK(put_until(queue, &puts, 100) == IPCQ_OK);
    CHILD_CHECK(get_until_empty(queue, &gets) == IPCQ_EMPTY && gets == puts);
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK);
    return 0;
}

/* An item over many segments that finds memory for some of them only gives those back or keeps them for the next. */
static int put_large_when_nearly_full(void *state)
{
    struct queue_fixture *fixture = state;
    static char large[1 << 20];
    ipcq_t *queue = NULL;
    size_t size = 0;
    CHILD_CHECK(own_shm("size=4m"));
    CHILD_CHECK(open_here(fixture, &queue, IPCQ_PLAIN) == IPCQ_OK);
    for (size_t spare = 0; spare < (1 << 20) + SEGMENT; spare += SEGMENT) {
        drain_shm();
        fill_shm(spare);
        int code = ipcq_put(queue, large, sizeof large, IPCQ_NOWAIT);
        CHILD_CHECK(code == IPCQ_NOSPACE || code == IPCQ_OK);
        CHILD_CHECK(sound(fixture, 0));
        if (code == IPCQ_OK)
            CHILD_CHECK(ipcq_get(queue, large, sizeof large, &size, IPCQ_NOWAIT) == IPCQ_OK && size == sizeof large);
    }
    drain_shm();
    CHILD_CHECK(ipcq_put(queue, large, sizeof large, IPCQ_NOWAIT) == IPCQ_OK);
    CHILD_CHECK(ipcq_get(queue, large, sizeof large, &size, IPCQ_NOWAIT) == IPCQ_OK && size == sizeof large);
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK);
    return 0;
}

static int take_two_and_stay(void *argument)
{
    struct queue_fixture *fixture = argument;
    ipcq_t *own = NULL;
    size_t size = 0;
    CHILD_CHECK(open_here(fixture, &own, IPCQ_JOINABLE) == IPCQ_OK);
    for (int i = 0; i < 2; ++i)
        CHILD_CHECK(ipcq_get(own, item, sizeof item, &size, IPCQ_NOWAIT) == IPCQ_OK);
    for (;;)
        pause();
}

static int put_one_and_leave(void *queue) { return -ipcq_put(queue, "forked", 6, IPCQ_NOWAIT); }

/* Nothing but growing needs memory: attaching, looking, taking, cleaning up after the dead, a forked child's first
 * call. */
static int everything_else_when_full(void *state)
{
    struct queue_fixture *fixture = state;
    ipcq_t *queue = NULL, *second = NULL;
    ipcq_participant people[8];
    size_t count = 0, size = 0;
    uint64_t puts = 0, gets = 0;
    CHILD_CHECK(own_shm("size=4m"));
    CHILD_CHECK(open_here(fixture, &queue, IPCQ_JOINABLE) == IPCQ_OK);
    CHILD_CHECK(put_until(queue, &puts, 20) == IPCQ_OK);
    pid_t peer = child_start(take_two_and_stay, fixture);
    await_taken(queue, 2);
    fill_shm(0);
    CHILD_CHECK(free_shm() == 0);
    child_kill(peer);
    CHILD_CHECK(open_here(fixture, &second, 0) == IPCQ_OK); /* reaps */
    CHILD_CHECK(stats_of(second).items == 20 && stats_of(queue).taken == 0);
    CHILD_CHECK(ipcq_participants(second, people, 8, &count) == IPCQ_OK && count == 2);
    CHILD_CHECK(ipcq_get(second, item, 10, &size, IPCQ_NOWAIT) == IPCQ_TOOBIG && size == ITEM);
    int forked = child_run(put_one_and_leave, second);
    CHILD_CHECK(forked == 0 || forked == -IPCQ_NOSPACE);
    while (ipcq_get(second, item, sizeof item, &size, IPCQ_NOWAIT) == IPCQ_OK) {
        CHILD_CHECK(size == ITEM || size == 6);
        gets += size == ITEM;
        CHILD_CHECK(ipcq_task_done(second, IPCQ_OLDEST) == IPCQ_OK);
    }
    CHILD_CHECK(gets == 20 && ipcq_join(queue, IPCQ_NOWAIT) == IPCQ_OK);
    CHILD_CHECK(ipcq_close(second) == IPCQ_OK && ipcq_close(queue) == IPCQ_OK);
    return 0;
}

/* Segments that were given back are holes. A later call must not walk into one. */
static int holes_when_full(void *state)
{
    struct queue_fixture *fixture = state;
    ipcq_t *queue = NULL, *second = NULL;
    uint64_t puts = 0, gets = 0;
    size_t size = 0;
    CHILD_CHECK(own_shm("size=4m"));
    CHILD_CHECK(open_here(fixture, &queue, IPCQ_PLAIN) == IPCQ_OK);
    CHILD_CHECK(open_here(fixture, &second, 0) == IPCQ_OK);
    CHILD_CHECK(put_until(queue, &puts, 200) == IPCQ_OK);
    uint64_t peak = stats_of(queue).bytes_backed;
    CHILD_CHECK(get_until_empty(second, &gets) == IPCQ_EMPTY && gets == puts);
    while (stats_of(queue).bytes_backed > peak / 2) /* idle memory goes back to the system */
        CHILD_CHECK(ipcq_get(queue, item, sizeof item, &size, ipcq_deadline(0.06)) == IPCQ_TIMEDOUT);
    fill_shm(0);
    for (int round = 0; round < 3; ++round) {
        ipcq_t *late = NULL;
        puts = gets = 0;
        CHILD_CHECK(put_until(second, &puts, 1000) == IPCQ_NOSPACE && puts >= 16);
        CHILD_CHECK(open_here(fixture, &late, 0) == IPCQ_OK);
        CHILD_CHECK(stats_of(late).items == puts && stats_of(queue).items == puts);
        CHILD_CHECK(put_until(late, &puts, puts + 1) == IPCQ_NOSPACE);
        CHILD_CHECK(get_until_empty(late, &gets) == IPCQ_EMPTY && gets == puts);
        CHILD_CHECK(ipcq_close(late) == IPCQ_OK);
    }
    CHILD_CHECK(sound(fixture, 0));
    drain_shm();
    puts = gets = 0;
    CHILD_CHECK(put_until(queue, &puts, 200) == IPCQ_OK);
    CHILD_CHECK(get_until_empty(second, &gets) == IPCQ_EMPTY && gets == puts);
    CHILD_CHECK(ipcq_close(second) == IPCQ_OK && ipcq_close(queue) == IPCQ_OK);
    return 0;
}

/* Memory for the object, but no name: the file system has no entry left. */
static int no_entry_left(void *state)
{
    struct queue_fixture *fixture = state;
    ipcq_t *queue = NULL;
    char path[64];
    CHILD_CHECK(own_shm("size=4m,nr_inodes=16"));
    for (int i = 0; i < 16; ++i) {
        snprintf(path, sizeof path, "/dev/shm/entry%d", i);
        close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    }
    CHILD_CHECK(open_here(fixture, &queue, IPCQ_PLAIN) == IPCQ_NOSPACE);
    CHILD_CHECK(queue == NULL && access(fixture->path, F_OK) == -1);
    unlink("/dev/shm/entry0");
    int code = open_here(fixture, &queue, IPCQ_PLAIN);
    CHILD_CHECK(code == IPCQ_NOSPACE || code == IPCQ_OK);
    CHILD_CHECK((access(fixture->path, F_OK) == 0) == (code == IPCQ_OK));
    return 0;
}

/* Making a queue with any number of pages too few leaves no page behind. */
static int make_with_little(void *state)
{
    struct queue_fixture *fixture = state;
    int code = IPCQ_NOSPACE;
    CHILD_CHECK(own_shm("size=1m"));
    for (size_t spare = 0; code == IPCQ_NOSPACE; spare += 4096) {
        ipcq_t *queue = NULL;
        drain_shm();
        fill_shm(spare);
        code = open_here(fixture, &queue, IPCQ_PLAIN);
        CHILD_CHECK(code == IPCQ_OK || code == IPCQ_NOSPACE);
        CHILD_CHECK(code == IPCQ_OK || (free_shm() == spare && access(fixture->path, F_OK) == -1));
        CHILD_CHECK(code != IPCQ_OK || spare > 0);
    }
    return 0;
}

/* The record word behind an item may be the last word of its segment, and the next segment may be a hole. */
static int visit_ends_when_full(struct queue_fixture *fixture, uint32_t flags)
{
    ipcq_t *queue = NULL;
    signal(SIGBUS, SIG_DFL); /* not CMocka's handler, which would go on with the parent's tests */
    CHILD_CHECK(own_shm("size=16m"));
    CHILD_CHECK(queue_open_with(fixture, &queue,
                                (ipcq_options){.flags = flags, .capacity_bytes = SEGMENT_ENDS_CAPACITY}) == IPCQ_OK);
    CHILD_CHECK(segment_ends_make_holes(queue));
    fill_shm(0);
    CHILD_CHECK(free_shm() == 0);
    for (const size_t *size = segment_ends_sizes; *size != 0; ++size) {
        const char *failed = segment_ends_visit(queue, fixture->path, *size);
        if (failed != NULL)
            fprintf(stderr, "items of %zu bytes: %s\n", *size, failed);
        CHILD_CHECK(failed == NULL && sound(fixture, 0));
    }
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK);
    return 0;
}

static int visit_ends_of_plain(void *state) { return visit_ends_when_full(state, IPCQ_PLAIN); }

static int visit_ends_of_joinable(void *state) { return visit_ends_when_full(state, IPCQ_JOINABLE); }

/* Neither can memory be asked for page by page, nor be given back. It comes from fallocate(2) alone, before it is
 * touched. */
static int put_in_a_sandbox(void *state)
{
    struct queue_fixture *fixture = state;
    ipcq_t *queue = NULL, *second = NULL;
    uint64_t puts = 0, gets = 0;
    size_t size = 0;
    CHILD_CHECK(own_shm("size=4m"));
    CHILD_CHECK(open_here(fixture, &queue, IPCQ_PLAIN) == IPCQ_OK);
    CHILD_CHECK(open_here(fixture, &second, 0) == IPCQ_OK);
    if (sandbox_enter(SANDBOX_MADVISE) != 0)
        return CHILD_SKIPS;
    CHILD_CHECK(put_until(queue, &puts, 100) == IPCQ_OK); /* new memory */
    fill_shm(0);
    CHILD_CHECK(put_until(queue, &puts, 1000) == IPCQ_NOSPACE);
    CHILD_CHECK(put_until(second, &puts, 1000) == IPCQ_NOSPACE);
    CHILD_CHECK(stats_of(queue).items == puts && sound(fixture, 0));
    CHILD_CHECK(get_until_empty(second, &gets) == IPCQ_EMPTY && gets == puts);
    const uint64_t backed = stats_of(queue).bytes_backed;
    for (int i = 0; i < 5; ++i) /* idle: it tries to give memory back */
        CHILD_CHECK(ipcq_get(queue, item, sizeof item, &size, ipcq_deadline(0.06)) == IPCQ_TIMEDOUT);
    CHILD_CHECK(stats_of(queue).bytes_backed == backed && sound(fixture, 0));
    puts = gets = 0;
    CHILD_CHECK(put_until(second, &puts, 1000) == IPCQ_NOSPACE && puts >= 100); /* all of it is still to be had */
    CHILD_CHECK(get_until_empty(queue, &gets) == IPCQ_EMPTY && gets == puts);
    drain_shm();
    puts = 0;
    CHILD_CHECK(put_until(second, &puts, 200) == IPCQ_OK);
    CHILD_CHECK(ipcq_close(second) == IPCQ_OK && ipcq_close(queue) == IPCQ_OK);
    return 0;
}

static void a_full_one_refuses_growth_and_nothing_else(void **state)
{
    assert_int_equal(child_run(put_when_full, *state), 0);
}

static void a_large_item_is_all_or_nothing(void **state)
{
    assert_int_equal(child_run(put_large_when_nearly_full, *state), 0);
}

static void what_needs_no_memory_works(void **state)
{
    assert_int_equal(child_run(everything_else_when_full, *state), 0);
}

static void holes_are_not_walked_into(void **state) { assert_int_equal(child_run(holes_when_full, *state), 0); }

static void nothing_is_read_behind_the_end_of_a_segment(void **state)
{
    assert_int_equal(child_run(visit_ends_of_plain, *state), 0);
    assert_int_equal(child_run(visit_ends_of_joinable, *state), 0);
}

static void a_process_that_may_not_call_madvise_is_not_hurt(void **state) { RUN_OR_SKIP(put_in_a_sandbox, *state); }

static void without_an_entry_no_queue_is_made(void **state) { assert_int_equal(child_run(no_entry_left, *state), 0); }

static void a_queue_that_does_not_fit_leaves_nothing(void **state)
{
    assert_int_equal(child_run(make_with_little, *state), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAME_TEST(a_full_one_refuses_growth_and_nothing_else),
        NAME_TEST(a_large_item_is_all_or_nothing),
        NAME_TEST(what_needs_no_memory_works),
        NAME_TEST(holes_are_not_walked_into),
        NAME_TEST(nothing_is_read_behind_the_end_of_a_segment),
        NAME_TEST(a_process_that_may_not_call_madvise_is_not_hurt),
        NAME_TEST(without_an_entry_no_queue_is_made),
        NAME_TEST(a_queue_that_does_not_fit_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, skip_without_root, NULL);
}
