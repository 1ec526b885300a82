/*
 * A process is stopped with the frontier, and a joiner sleeps. A worker that finishes its items never sleeps.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/await.h"
#include "support/child.h"
#include "support/hooks.h"
#include "support/items.h"

#include <dlfcn.h>
#include <semaphore.h>
#include <time.h>

static unsigned sleeps; /* of this process */

/* Stands before the C library's for the tested library. */
int sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *until)
{
    static int (*true_one)(sem_t *, clockid_t, const struct timespec *);
    if (true_one == NULL)
        *(void **)&true_one = dlsym(RTLD_NEXT, "sem_clockwait");
    ++sleeps;
    return true_one(semaphore, clock, until);
}

static int join_for_ever(void *queue) { return -ipcq_join(queue, IPCQ_FOREVER); }

static int join_and_stop_with_the_frontier(void *queue)
{
    uint64_t size = 0;
    CHILD_CHECK(ipcq_size(queue, &size) == IPCQ_OK); /* attaches */
    ipcq_test_stop_at("frontier_walk");
    ipcq_join(queue, IPCQ_NOWAIT);
    return 0;
}

static void task_done_never_sleeps(void **state)
{
    enum { ITEMS = 5 };
    ipcq_t *queue = ((struct queue_fixture *)*state)->queue;
    uint64_t number = 0;
    for (uint64_t i = 0; i < ITEMS; ++i)
        assert_ok(put_number(queue, i, IPCQ_NOWAIT));
    for (uint64_t i = 0; i < ITEMS; ++i)
        assert_ok(get_number(queue, &number, NULL, IPCQ_NOWAIT));
    pid_t joiner = child_start(join_for_ever, queue);
    await_joiners(queue, 1);
    pid_t holder = child_start(join_and_stop_with_the_frontier, queue);
    assert_true(child_wait_stopped(holder));
    sleeps = 0;
    for (int i = 0; i < ITEMS; ++i)
        assert_ok(ipcq_task_done(queue, IPCQ_OLDEST));
    assert_int_equal(sleeps, 0);
    assert_int_equal(child_finish(holder), 0);
    assert_int_equal(child_wait(joiner), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {QUEUE_TEST(task_done_never_sleeps, JOINABLE)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
