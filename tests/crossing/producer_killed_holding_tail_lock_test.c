/* SPDX-License-Identifier: Apache-2.0 */
#include "support/await.h"
#include "support/child.h"
#include "support/hooks.h"
#include "support/items.h"

enum { ROUNDS = 10 };

static int put_and_stop_locked(void *queue)
{
    ipcq_test_stop_at("tail_locked");
    ipcq_put(queue, "never", 5, IPCQ_FOREVER);
    return 0;
}

static int put_and_stop_committed(void *queue)
{
    ipcq_test_stop_at("put_committed");
    ipcq_put(queue, "committed", 9, IPCQ_FOREVER);
    return 0;
}

static int put_patiently(void *queue)
{
    CHILD_CHECK(ipcq_put(queue, "patient", 7, IPCQ_FOREVER) == IPCQ_OK);
    return 0;
}

static void before_the_commit_the_item_is_not_in(void **state)
{
    struct queue_fixture *fixture = *state;
    for (int round = 0; round < ROUNDS; ++round) {
        put_word(fixture->queue, "1");
        pid_t holder = child_start(put_and_stop_locked, fixture->queue);
        assert_true(child_wait_stopped(holder));

        get_word(fixture->queue, "1"); /* the getters' end is free */
        assert_code(ipcq_put(fixture->queue, "2", 1, IPCQ_NOWAIT), IPCQ_BUSY);
        assert_code(ipcq_put(fixture->queue, "2", 1, ipcq_deadline(0.02)), IPCQ_TIMEDOUT);
        pid_t patient = child_start(put_patiently, fixture->queue);
        child_kill(holder);
        assert_int_equal(child_wait(patient), 0);

        put_word(fixture->queue, "3");
        get_word(fixture->queue, "patient");
        get_word(fixture->queue, "3");
        while (ipcq_task_done(fixture->queue, IPCQ_OLDEST) == IPCQ_OK)
            ;
        assert_holds(fixture->queue, 0, 0);
    }
}

static void after_the_commit_the_item_is_in(void **state)
{
    struct queue_fixture *fixture = *state;
    for (int round = 0; round < ROUNDS; ++round) {
        pid_t holder = child_start(put_and_stop_committed, fixture->queue);
        assert_true(child_wait_stopped(holder));
        child_kill(holder);
        put_word(fixture->queue, "behind");
        assert_int_equal(get_word(fixture->queue, "committed").deliveries, 0);
        get_word(fixture->queue, "behind");
        while (ipcq_task_done(fixture->queue, IPCQ_OLDEST) == IPCQ_OK)
            ;
        assert_holds(fixture->queue, 0, 0);
    }
}

static void nobody_steals_from_one_that_is_only_stopped(void **state)
{
    struct queue_fixture *fixture = *state;
    for (int round = 0; round < ROUNDS; ++round) {
        pid_t holder = child_start(put_and_stop_locked, fixture->queue);
        assert_true(child_wait_stopped(holder));
        assert_code(ipcq_put(fixture->queue, "2", 1, ipcq_deadline(0.02)), IPCQ_TIMEDOUT);
        child_continue(holder);
        assert_int_equal(child_wait(holder), 0);
        put_word(fixture->queue, "2");
        get_word(fixture->queue, "never"); /* it did get to put it */
        get_word(fixture->queue, "2");
        assert_holds(fixture->queue, 0, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(before_the_commit_the_item_is_not_in, PLAIN),
        QUEUE_TEST(before_the_commit_the_item_is_not_in, JOINABLE),
        QUEUE_TEST(after_the_commit_the_item_is_in, PLAIN),
        QUEUE_TEST(after_the_commit_the_item_is_in, JOINABLE),
        QUEUE_TEST(nobody_steals_from_one_that_is_only_stopped, PLAIN),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
