/*
 * RLIMIT_FSIZE, RLIMIT_AS and RLIMIT_NOFILE at every value around the one that is needed: the answer names the limit,
 * SIGXFSZ with its default disposition never comes, and nothing is left behind.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "environment.h"
#include "footprint.h"

#include "support/await.h"
#include "support/child.h"
#include "support/items.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

enum { PAGE = 4096 };

static char item[4000];

static int limit(__rlimit_resource_t resource, rlim_t soft)
{
    struct rlimit current;
    if (getrlimit(resource, &current) != 0)
        return -1;
    current.rlim_cur = soft;
    return setrlimit(resource, &current);
}

static int open_small(struct queue_fixture *fixture, ipcq_t **out)
{
    *out = NULL;
    return queue_open_with(fixture, out,
                           (ipcq_options){.flags = IPCQ_JOINABLE, .capacity_bytes = 65536, .max_participants = 8});
}

/* With this limit it may be made or not; if not, nothing stays. If so, it is used until it is full or the limit is
 * reached. */
static int use_with_file_limit(struct queue_fixture *fixture, rlim_t bytes, bool *out_made, bool *out_filled)
{
    ipcq_t *queue = NULL;
    uint64_t puts = 0, gets = 0;
    size_t size = 0;
    CHILD_CHECK(limit(RLIMIT_FSIZE, bytes) == 0);
    int code = open_small(fixture, &queue);
    *out_made = code == IPCQ_OK;
    *out_filled = false;
    if (code != IPCQ_OK) {
        CHILD_CHECK(code == IPCQ_FILELIMIT && access(fixture->path, F_OK) == -1);
        return 0;
    }
    while ((code = ipcq_put(queue, item, sizeof item, IPCQ_NOWAIT)) == IPCQ_OK)
        ++puts;
    CHILD_CHECK(code == IPCQ_FULL || code == IPCQ_FILELIMIT);
    *out_filled = code == IPCQ_FULL;
    CHILD_CHECK(ipcq_put(queue, item, sizeof item, ipcq_deadline(0.001)) ==
                (code == IPCQ_FULL ? IPCQ_TIMEDOUT : IPCQ_FILELIMIT));
    while (ipcq_get(queue, item, sizeof item, &size, IPCQ_NOWAIT) == IPCQ_OK) {
        ++gets;
        CHILD_CHECK(ipcq_task_done(queue, IPCQ_OLDEST) == IPCQ_OK);
    }
    CHILD_CHECK(gets == puts && ipcq_join(queue, IPCQ_NOWAIT) == IPCQ_OK);
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK && ipcq_unlink(fixture->name) == IPCQ_OK);
    return 0;
}

static int every_file_limit(void *state)
{
    bool made = false, filled = false;
    for (rlim_t bytes = 0; !filled; bytes += 512) {
        bool made_before = made;
        int failed = use_with_file_limit(state, bytes, &made, &filled);
        if (failed != 0)
            return failed;
        CHILD_CHECK(bytes < (1 << 20) && (made || !made_before));
        CHILD_CHECK(!made || bytes > 0);
    }
    return 0;
}

static int stream_through(ipcq_t *queue)
{
    size_t size = 0;
    int code = IPCQ_OK;
    for (int i = 0; i < 2000 && code == IPCQ_OK; ++i)
        if ((code = ipcq_put(queue, item, 1000, IPCQ_NOWAIT)) == IPCQ_OK)
            code = ipcq_get(queue, item, sizeof item, &size, IPCQ_NOWAIT);
    return code;
}

/* A stream goes round in the segments that it has: a process that may write no file at all takes and puts in it. */
static int use_without_any_file(void *state)
{
    struct queue_fixture *fixture = state;
    ipcq_t *queue = NULL;
    CHILD_CHECK(stream_through(fixture->queue) == IPCQ_OK);
    CHILD_CHECK(limit(RLIMIT_FSIZE, 0) == 0);
    CHILD_CHECK(queue_open_with(fixture, &queue, (ipcq_options){.flags = IPCQ_OPEN_ONLY}) == IPCQ_OK);
    CHILD_CHECK(stream_through(queue) == IPCQ_OK);
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK);
    return 0;
}

static int every_address_space(void *state)
{
    struct queue_fixture *fixture = state;
    ipcq_t *queue = NULL;
    CHILD_CHECK(open_small(fixture, &queue) == IPCQ_OK); /* whatever is needed once */
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK && ipcq_unlink(fixture->name) == IPCQ_OK);
    struct footprint before = footprint_now();
    int code = IPCQ_SPACELIMIT;
    rlim_t steps = 0;
    for (; code != IPCQ_OK; ++steps) {
        CHILD_CHECK(steps < 1000);
        CHILD_CHECK(limit(RLIMIT_AS, before.address_space + steps * PAGE) == 0);
        code = open_small(fixture, &queue);
        CHILD_CHECK(limit(RLIMIT_AS, RLIM_INFINITY) == 0);
        CHILD_CHECK(code == IPCQ_OK || code == IPCQ_SPACELIMIT || code == IPCQ_NOMEM);
        struct footprint now = footprint_now();
        if (code == IPCQ_OK)
            break;
        CHILD_CHECK(queue == NULL && access(fixture->path, F_OK) == -1);
        CHILD_CHECK(now.descriptors == before.descriptors && now.queue_mappings == before.queue_mappings);
    }
    CHILD_CHECK(steps > 4);
    CHILD_CHECK(put_number(queue, 7, IPCQ_NOWAIT) == IPCQ_OK && ipcq_close(queue) == IPCQ_OK);
    return 0;
}

static rlim_t descriptors_in_use(void)
{
    int lowest = dup(0);
    close(lowest);
    return (rlim_t)lowest;
}

static int every_number_of_descriptors(void *state)
{
    struct queue_fixture *fixture = state;
    ipcq_t *queue = NULL;
    struct footprint before = footprint_now();
    rlim_t in_use = descriptors_in_use(), count = 0;
    int code = IPCQ_FDLIMIT;
    for (; code != IPCQ_OK; ++count) {
        CHILD_CHECK(count < in_use + 20);
        CHILD_CHECK(limit(RLIMIT_NOFILE, count) == 0);
        code = open_small(fixture, &queue);
        CHILD_CHECK(limit(RLIMIT_NOFILE, 1000) == 0);
        CHILD_CHECK(code == IPCQ_OK || code == IPCQ_FDLIMIT);
        if (code == IPCQ_OK)
            break;
        CHILD_CHECK(queue == NULL && access(fixture->path, F_OK) == -1);
        CHILD_CHECK(footprint_now().descriptors == before.descriptors);
    }
    CHILD_CHECK(count > in_use && ipcq_close(queue) == IPCQ_OK);
    CHILD_CHECK(footprint_now().descriptors == before.descriptors);
    return 0;
}

static int take_and_stay(void *queue)
{
    uint64_t number = 0;
    CHILD_CHECK(get_number(queue, &number, NULL, IPCQ_NOWAIT) == IPCQ_OK);
    for (;;)
        pause();
}

/* Looking after the dead needs a descriptor for a moment. Without one the rest goes on, and it is done later. */
static int clean_up_without_descriptors(void *state)
{
    struct queue_fixture *fixture = state;
    ipcq_t *queue = NULL;
    uint64_t number = 0;
    CHILD_CHECK(open_small(fixture, &queue) == IPCQ_OK);
    CHILD_CHECK(put_number(queue, 1, IPCQ_NOWAIT) == IPCQ_OK);
    pid_t peer = child_start(take_and_stay, queue);
    await_taken(queue, 1);
    child_kill(peer);
    CHILD_CHECK(limit(RLIMIT_NOFILE, 0) == 0);
    for (uint64_t i = 0; i < 100; ++i) {
        CHILD_CHECK(put_number(queue, i, IPCQ_NOWAIT) == IPCQ_OK);
        CHILD_CHECK(get_number(queue, &number, NULL, ipcq_deadline(1)) == IPCQ_OK);
        CHILD_CHECK(ipcq_task_done(queue, IPCQ_OLDEST) == IPCQ_OK);
    }
    int without = ipcq_join(queue, ipcq_deadline(0.12));
    CHILD_CHECK(without == IPCQ_TIMEDOUT);
    CHILD_CHECK(limit(RLIMIT_NOFILE, 100) == 0);
    CHILD_CHECK(get_number(queue, &number, NULL, ipcq_deadline(60)) == IPCQ_OK);
    CHILD_CHECK(ipcq_task_done(queue, IPCQ_OLDEST) == IPCQ_OK && ipcq_join(queue, ipcq_deadline(60)) == IPCQ_OK);
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK);
    return 0;
}

static void every_file_size_answers_filelimit_or_works(void **state)
{
    assert_int_equal(child_run(every_file_limit, *state), 0);
}

static void a_queue_that_exists_needs_no_file_size(void **state)
{
    assert_int_equal(child_run(use_without_any_file, *state), 0);
}

static void every_address_space_answers_spacelimit_or_works(void **state)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    print_message("SKIP: a sanitizer needs more address space than any limit leaves\n");
    skip();
#endif
    assert_int_equal(child_run(every_address_space, *state), 0);
}

static void every_number_of_descriptors_answers_fdlimit_or_works(void **state)
{
    assert_int_equal(child_run(every_number_of_descriptors, *state), 0);
}

static void the_dead_are_cleaned_up_when_there_are_descriptors_again(void **state)
{
    assert_int_equal(child_run(clean_up_without_descriptors, *state), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAME_TEST(every_file_size_answers_filelimit_or_works),
        QUEUE_TEST(a_queue_that_exists_needs_no_file_size, PLAIN),
        NAME_TEST(every_address_space_answers_spacelimit_or_works),
        NAME_TEST(every_number_of_descriptors_answers_fdlimit_or_works),
        NAME_TEST(the_dead_are_cleaned_up_when_there_are_descriptors_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
