/* SPDX-License-Identifier: Apache-2.0 */
#include "support/await.h"
#include "support/child.h"
#include "support/hooks.h"
#include "support/items.h"

enum { ROUNDS = 10 };

static int get_and_stop(void *queue)
{
    char buffer[8];
    size_t size = 0;
    ipcq_test_stop_at("head_locked");
    ipcq_get(queue, buffer, sizeof buffer, &size, IPCQ_FOREVER);
    return 0;
}

static int get_patiently(void *queue)
{
    char buffer[8];
    size_t size = 0;
    CHILD_CHECK(ipcq_get(queue, buffer, sizeof buffer, &size, IPCQ_FOREVER) == IPCQ_OK);
    CHILD_CHECK(size == 1 && buffer[0] == '1');
    return 0;
}

static void the_others_go_on(void **state)
{
    struct queue_fixture *fixture = *state;
    for (uint64_t round = 1; round <= ROUNDS; ++round) {
        uint64_t number = 0;
        put_word(fixture->queue, "1");
        put_word(fixture->queue, "2");
        pid_t holder = child_start(get_and_stop, fixture->queue);
        assert_true(child_wait_stopped(holder));

        put_word(fixture->queue, "3"); /* the putters' end is free */
        assert_code(get_number(fixture->queue, &number, NULL, IPCQ_NOWAIT), IPCQ_BUSY);
        assert_code(get_number(fixture->queue, &number, NULL, ipcq_deadline(0.02)), IPCQ_TIMEDOUT);
        pid_t patient = child_start(get_patiently, fixture->queue);
        child_kill(holder);
        assert_int_equal(child_wait(patient), 0);

        if (stats_of(fixture->queue).joinable) {
            await_recovered(fixture->queue, round); /* the patient one left without finishing it */
            assert_int_equal(get_word(fixture->queue, "1").deliveries, 1);
        }
        assert_int_equal(get_word(fixture->queue, "2").deliveries, 0);
        assert_int_equal(get_word(fixture->queue, "3").deliveries, 0);
        while (ipcq_task_done(fixture->queue, IPCQ_OLDEST) == IPCQ_OK)
            ;
        assert_holds(fixture->queue, 0, 0);
    }
}

static int get_stop_and_check(void *queue)
{
    char buffer[8];
    size_t size = 0;
    ipcq_test_stop_at("head_locked");
    CHILD_CHECK(ipcq_get(queue, buffer, sizeof buffer, &size, IPCQ_FOREVER) == IPCQ_OK);
    CHILD_CHECK(size == 1 && buffer[0] == '1');
    return 0;
}

static void nobody_steals_from_one_that_is_only_stopped(void **state)
{
    struct queue_fixture *fixture = *state;
    for (int round = 0; round < ROUNDS; ++round) {
        uint64_t number = 0;
        put_word(fixture->queue, "1");
        put_word(fixture->queue, "2");
        pid_t holder = child_start(get_stop_and_check, fixture->queue);
        assert_true(child_wait_stopped(holder));
        assert_code(get_number(fixture->queue, &number, NULL, ipcq_deadline(0.02)), IPCQ_TIMEDOUT);
        child_continue(holder);
        assert_int_equal(child_wait(holder), 0);
        get_word(fixture->queue, "2");
        assert_holds(fixture->queue, 0, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(the_others_go_on, PLAIN),
        QUEUE_TEST(the_others_go_on, JOINABLE),
        QUEUE_TEST(nobody_steals_from_one_that_is_only_stopped, PLAIN),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
