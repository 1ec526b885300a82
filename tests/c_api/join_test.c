/* SPDX-License-Identifier: Apache-2.0 */
#include "support/await.h"
#include "support/child.h"
#include "support/items.h"

static void an_unused_queue_is_joined_at_once(void **state)
{
    struct queue_fixture *fixture = *state;
    assert_ok(ipcq_join(fixture->queue, IPCQ_NOWAIT));
    assert_ok(ipcq_join(fixture->queue, IPCQ_FOREVER));
}

static void ready_and_taken_items_hold_it(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    assert_code(ipcq_join(fixture->queue, IPCQ_NOWAIT), IPCQ_TIMEDOUT);
    get_word(fixture->queue, "1");
    assert_code(ipcq_join(fixture->queue, IPCQ_NOWAIT), IPCQ_TIMEDOUT);
    assert_ok(ipcq_task_done(fixture->queue, IPCQ_OLDEST));
    assert_ok(ipcq_join(fixture->queue, IPCQ_NOWAIT));
}

static void finishing_out_of_order_does_not_end_it_early(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    put_word(fixture->queue, "2");
    uint64_t first = get_word(fixture->queue, "1").ticket;
    uint64_t second = get_word(fixture->queue, "2").ticket;
    assert_ok(ipcq_task_done(fixture->queue, second));
    assert_code(ipcq_join(fixture->queue, IPCQ_NOWAIT), IPCQ_TIMEDOUT);
    assert_ok(ipcq_task_done(fixture->queue, first));
    assert_ok(ipcq_join(fixture->queue, IPCQ_NOWAIT));
}

static void it_answers_timedout_not_before_the_deadline(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    int64_t deadline_ns = ipcq_deadline(0.03);
    assert_code(ipcq_join(fixture->queue, deadline_ns), IPCQ_TIMEDOUT);
    assert_true(now_ns() >= deadline_ns);
    get_word(fixture->queue, "1");
}

static int join_for_ever(void *queue)
{
    CHILD_CHECK(ipcq_join(queue, IPCQ_FOREVER) == IPCQ_OK);
    return 0;
}

static void every_joiner_wakes_at_the_last_task_done(void **state)
{
    struct queue_fixture *fixture = *state;
    pid_t joiners[3];
    put_word(fixture->queue, "1");
    put_word(fixture->queue, "2");
    for (int i = 0; i < 3; ++i)
        joiners[i] = child_start(join_for_ever, fixture->queue);
    await_joiners(fixture->queue, 3);
    get_word(fixture->queue, "1");
    get_word(fixture->queue, "2");
    assert_ok(ipcq_task_done(fixture->queue, IPCQ_OLDEST));
    assert_code(ipcq_join(fixture->queue, IPCQ_NOWAIT), IPCQ_TIMEDOUT);
    assert_ok(ipcq_task_done(fixture->queue, IPCQ_OLDEST));
    for (int i = 0; i < 3; ++i)
        assert_int_equal(child_wait(joiners[i]), 0);
}

static void a_queue_can_be_joined_again_and_again(void **state)
{
    struct queue_fixture *fixture = *state;
    for (int round = 0; round < 100; ++round) {
        put_word(fixture->queue, "1");
        assert_code(ipcq_join(fixture->queue, IPCQ_NOWAIT), IPCQ_TIMEDOUT);
        get_word(fixture->queue, "1");
        assert_ok(ipcq_task_done(fixture->queue, IPCQ_OLDEST));
        assert_ok(ipcq_join(fixture->queue, IPCQ_NOWAIT));
    }
}

static void a_plain_queue_cannot_be_joined(void **state)
{
    struct queue_fixture *fixture = *state;
    assert_code(ipcq_join(fixture->queue, IPCQ_FOREVER), IPCQ_NOTJOINABLE);
    assert_code(ipcq_join_wait(fixture->queue, NULL), IPCQ_NOTJOINABLE);
    assert_code(ipcq_join(NULL, IPCQ_NOWAIT), IPCQ_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(an_unused_queue_is_joined_at_once, JOINABLE),
        QUEUE_TEST(ready_and_taken_items_hold_it, JOINABLE),
        QUEUE_TEST(finishing_out_of_order_does_not_end_it_early, JOINABLE),
        QUEUE_TEST(it_answers_timedout_not_before_the_deadline, JOINABLE),
        QUEUE_TEST(every_joiner_wakes_at_the_last_task_done, JOINABLE),
        QUEUE_TEST(a_queue_can_be_joined_again_and_again, JOINABLE),
        QUEUE_TEST(a_plain_queue_cannot_be_joined, PLAIN),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
