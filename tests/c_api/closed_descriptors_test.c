/*
 * A program may close every descriptor it has, as daemons do, and open others under the same numbers. The queue goes
 * on: it sees who is dead and who is alive, grows, and never asks or writes a file that is not its own.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/await.h"
#include "support/child.h"
#include "support/items.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST = 3, LAST = 64, LARGE = 100000 };

static struct flag *go_on;

static char *large_item(void)
{
    static char item[LARGE];
    return memset(item, 'x', sizeof item);
}

static void close_all(void)
{
    for (int fd = FIRST; fd <= LAST; ++fd)
        close(fd);
}

/* All numbers lead to one file of our own now. */
static int occupy_all(void)
{
    int file = open("/dev/shm", O_TMPFILE | O_RDWR, 0600);
    for (int fd = FIRST; fd <= LAST; ++fd)
        if (fd != file)
            dup2(file, fd);
    return file;
}

static int take_and_wait(void *queue)
{
    uint64_t number = 0;
    ipcq_item item;
    CHILD_CHECK(get_number(queue, &number, &item, IPCQ_FOREVER) == IPCQ_OK);
    flag_await(go_on);
    return ipcq_task_done(queue, item.ticket) == IPCQ_OK ? 0 : 1;
}

static int closed_notices_a_death(void *queue)
{
    uint64_t number = 0;
    CHILD_CHECK(ipcq_size(queue, &number) == IPCQ_OK); /* a participant of its own from now on */
    close_all();
    const pid_t peer = child_start(take_and_wait, queue);
    ipcq_stats stats = {.struct_size = sizeof stats};
    do
        CHILD_CHECK(ipcq_stat(queue, &stats) == IPCQ_OK);
    while (stats.taken != 1);
    child_kill(peer);
    ipcq_item item;
    CHILD_CHECK(get_number(queue, &number, &item, IPCQ_FOREVER) == IPCQ_OK && item.deliveries == 1);
    CHILD_CHECK(ipcq_task_done(queue, item.ticket) == IPCQ_OK);
    for (int i = 0; i < 20; ++i)
        CHILD_CHECK(ipcq_put(queue, large_item(), LARGE, IPCQ_NOWAIT) == IPCQ_OK);
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK);
    return 0;
}

static void who_closed_its_descriptors_goes_on(void **state)
{
    struct queue_fixture *fixture = *state;
    assert_ok(put_number(fixture->queue, 7, IPCQ_NOWAIT));
    go_on = flag_new(); /* never raised */
    const int answer = child_run(closed_notices_a_death, fixture->queue);
    flag_free(go_on);
    assert_int_equal(answer, 0);
    assert_holds(fixture->queue, 20, 0);
}

static int others_files_are_safe(void *queue)
{
    uint64_t number = 0;
    CHILD_CHECK(ipcq_size(queue, &number) == IPCQ_OK);
    const pid_t peer = child_start(take_and_wait, queue); /* which lives on */
    ipcq_stats stats = {.struct_size = sizeof stats};
    do
        CHILD_CHECK(ipcq_stat(queue, &stats) == IPCQ_OK);
    while (stats.taken != 1);
    const int file = occupy_all();
    for (int i = 0; i < 20; ++i)
        CHILD_CHECK(ipcq_put(queue, large_item(), LARGE, IPCQ_NOWAIT) == IPCQ_OK);
    CHILD_CHECK(ipcq_join(queue, ipcq_deadline(0.2)) == IPCQ_TIMEDOUT); /* cleans up after the dead meanwhile */
    CHILD_CHECK(ipcq_stat(queue, &stats) == IPCQ_OK && stats.taken == 1 && stats.recovered == 0);
    flag_raise(go_on);
    CHILD_CHECK(child_wait(peer) == 0); /* its task_done found the item its own */
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK);
    struct stat status;
    CHILD_CHECK(fstat(file, &status) == 0 && status.st_size == 0 && status.st_blocks == 0);
    return 0;
}

static void another_file_under_the_number_is_neither_asked_nor_written(void **state)
{
    struct queue_fixture *fixture = *state;
    go_on = flag_new();
    assert_ok(put_number(fixture->queue, 7, IPCQ_NOWAIT));
    const int answer = child_run(others_files_are_safe, fixture->queue);
    flag_free(go_on);
    assert_int_equal(answer, 0);
    assert_holds(fixture->queue, 20, 0);
}

/* Nobody can tell any more who is dead; so nobody waits in vain. */
static int unlinked_and_closed_says_so(void *queue)
{
    uint64_t number = 0;
    ipcq_item item;
    CHILD_CHECK(ipcq_size(queue, &number) == IPCQ_OK);
    close_all();
    CHILD_CHECK(put_number(queue, 7, IPCQ_NOWAIT) == IPCQ_OK);
    CHILD_CHECK(get_number(queue, &number, &item, IPCQ_FOREVER) == IPCQ_OK && number == 7);
    CHILD_CHECK(get_number(queue, &number, &item, IPCQ_FOREVER) == IPCQ_SYSTEM);
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK);
    return 0;
}

static void a_queue_without_name_and_descriptor_waits_for_nobody(void **state)
{
    struct queue_fixture *fixture = *state;
    assert_ok(ipcq_unlink(fixture->name));
    assert_int_equal(child_run(unlinked_and_closed_says_so, fixture->queue), 0);
}

static bool says(ipcq_t *queue, int code, const char *what)
{
    char text[300] = "";
    return ipcq_describe(queue, code, text, sizeof text) == IPCQ_OK && strstr(text, what) != NULL;
}

static int is_lost(void *queue)
{
    uint64_t number = 0;
    CHILD_CHECK(ipcq_size(queue, &number) == IPCQ_SYSTEM);
    CHILD_CHECK(says(queue, IPCQ_SYSTEM, "closed its file descriptor"));
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK);
    return 0;
}

/* A daemon's anonymous queue whose name was never asked for: what is in it is still there, and nothing waits in
 * vain. */
static int closed_before_the_name_was_asked_for(void *ignored)
{
    char name[202];
    uint64_t number = 0;
    ipcq_item item;
    ipcq_t *queue = NULL;
    (void)ignored;
    CHILD_CHECK(ipcq_open(&queue, NULL, &(ipcq_options){.struct_size = sizeof(ipcq_options), .flags = IPCQ_JOINABLE}) ==
                IPCQ_OK);
    CHILD_CHECK(put_number(queue, 7, IPCQ_NOWAIT) == IPCQ_OK);
    occupy_all();
    CHILD_CHECK(ipcq_name(queue, name, sizeof name) == IPCQ_SYSTEM);
    CHILD_CHECK(says(queue, IPCQ_SYSTEM, "ask for the name before the descriptors are closed"));
    CHILD_CHECK(put_number(queue, 8, IPCQ_NOWAIT) == IPCQ_OK);
    for (uint64_t expected = 7; expected < 9; ++expected) {
        CHILD_CHECK(get_number(queue, &number, &item, IPCQ_FOREVER) == IPCQ_OK && number == expected);
        CHILD_CHECK(ipcq_task_done(queue, item.ticket) == IPCQ_OK);
    }
    CHILD_CHECK(get_number(queue, &number, &item, IPCQ_FOREVER) == IPCQ_SYSTEM);
    CHILD_CHECK(child_run(is_lost, queue) == 0);
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK);
    return 0;
}

static void a_queue_that_never_had_a_name_waits_for_nobody(void **state)
{
    (void)state;
    assert_int_equal(child_run(closed_before_the_name_was_asked_for, NULL), 0);
}

static int closed_after_the_name_was_asked_for(void *ignored)
{
    char name[202];
    ipcq_t *queue = NULL;
    (void)ignored;
    CHILD_CHECK(ipcq_open(&queue, NULL, NULL) == IPCQ_OK && ipcq_name(queue, name, sizeof name) == IPCQ_OK);
    close_all();
    for (int i = 0; i < 20; ++i)
        CHILD_CHECK(ipcq_put(queue, large_item(), LARGE, IPCQ_NOWAIT) == IPCQ_OK);
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK);
    CHILD_CHECK(ipcq_unlink(name) == IPCQ_NOTFOUND);
    return 0;
}

static void an_anonymous_queue_with_its_name_goes_on(void **state)
{
    (void)state;
    assert_int_equal(child_run(closed_after_the_name_was_asked_for, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(who_closed_its_descriptors_goes_on, JOINABLE),
        QUEUE_TEST(another_file_under_the_number_is_neither_asked_nor_written, JOINABLE),
        QUEUE_TEST(a_queue_without_name_and_descriptor_waits_for_nobody, JOINABLE),
        NAME_TEST(a_queue_that_never_had_a_name_waits_for_nobody),
        NAME_TEST(an_anonymous_queue_with_its_name_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
