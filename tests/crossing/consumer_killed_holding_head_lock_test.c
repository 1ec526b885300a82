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

static struct {
    ipcq_t *queue;
    struct flag *has_put, *all_taken;
} looker;

/* Its own put makes it look under the lock, where nothing is any more. */
static int put_and_stop_over_nothing(void *unused)
{
    char buffer[8];
    size_t size = 0;
    (void)unused;
    CHILD_CHECK(ipcq_put(looker.queue, "2", 1, IPCQ_NOWAIT) == IPCQ_OK);
    flag_raise(looker.has_put);
    flag_await(looker.all_taken);
    ipcq_test_stop_at("head_locked");
    CHILD_CHECK(ipcq_get(looker.queue, buffer, sizeof buffer, &size, IPCQ_NOWAIT) == IPCQ_EMPTY);
    return 0;
}

static int take_two(void *queue)
{
    char buffer[8];
    size_t size = 0;
    for (int i = 0; i < 2; ++i)
        CHILD_CHECK(ipcq_get(queue, buffer, sizeof buffer, &size, IPCQ_NOWAIT) == IPCQ_OK);
    return 0;
}

static void an_empty_queue_is_empty_and_not_busy(void **state)
{
    struct queue_fixture *fixture = *state;
    looker.queue = fixture->queue;
    looker.has_put = flag_new();
    looker.all_taken = flag_new();
    put_word(fixture->queue, "1");
    pid_t holder = child_start(put_and_stop_over_nothing, NULL);
    flag_await(looker.has_put);
    assert_int_equal(child_run(take_two, fixture->queue), 0);
    flag_raise(looker.all_taken);
    assert_true(child_wait_stopped(holder));

    uint64_t number = 0;
    assert_code(get_number(fixture->queue, &number, NULL, IPCQ_NOWAIT), IPCQ_EMPTY);
    assert_int_equal(child_finish(holder), 0); /* it looks under the lock twice */
    flag_free(looker.has_put);
    flag_free(looker.all_taken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(the_others_go_on, PLAIN),
        QUEUE_TEST(the_others_go_on, JOINABLE),
        QUEUE_TEST(nobody_steals_from_one_that_is_only_stopped, PLAIN),
        QUEUE_TEST(an_empty_queue_is_empty_and_not_busy, PLAIN),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
