/*
 * A look at the queue that is stopped on its way, while others give the memory back and a stranger takes it. Each
 * test is a child with a /dev/shm of its own.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "environment.h"

#include "support/await.h"
#include "support/child.h"
#include "support/items.h"
#include "support/old_log.h"

static int stat_and_stop(void *queue) { return old_log_look(queue, OLD_LOG_STAT); }

static int full_and_stop(void *queue) { return old_log_look(queue, OLD_LOG_FULL); }

static int look_when_full(struct queue_fixture *fixture, child_function *look)
{
    ipcq_t *queue = NULL;
    CHILD_CHECK(own_shm("size=16m"));
    CHILD_CHECK(queue_open_with(fixture, &queue,
                                (ipcq_options){.flags = IPCQ_JOINABLE, .capacity_bytes = OLD_LOG_CAPACITY}) == IPCQ_OK);
    CHILD_CHECK(old_log_make(queue));
    pid_t looker = child_start(look, queue);
    CHILD_CHECK(child_wait_stopped(looker));
    CHILD_CHECK(old_log_give_back(queue));
    fill_shm(0);
    CHILD_CHECK(free_shm() == 0);
    CHILD_CHECK(child_finish(looker) == 0);
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK);
    return 0;
}

static int stat_when_full(void *state) { return look_when_full(state, stat_and_stop); }

static int full_when_full(void *state) { return look_when_full(state, full_and_stop); }

static void a_stopped_stat_does_not_fault(void **state) { assert_int_equal(child_run(stat_when_full, *state), 0); }

static void a_stopped_full_does_not_fault(void **state) { assert_int_equal(child_run(full_when_full, *state), 0); }

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAME_TEST(a_stopped_stat_does_not_fault),
        NAME_TEST(a_stopped_full_does_not_fault),
    };
    return cmocka_run_group_tests(tests, skip_without_root, NULL);
}
