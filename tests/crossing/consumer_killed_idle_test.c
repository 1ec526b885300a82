/* SPDX-License-Identifier: Apache-2.0 */
#include "support/await.h"
#include "support/child.h"
#include "support/items.h"

#include <signal.h>

enum { ROUNDS = 10 };

static int consume(void *queue)
{
    uint64_t number = 0;
    int code = IPCQ_OK;
    while ((code = get_number(queue, &number, NULL, IPCQ_FOREVER)) == IPCQ_OK)
        ;
    CHILD_CHECK(code == IPCQ_CLOSED);
    return 0;
}

static int get_one(void *queue)
{
    uint64_t number = 0;
    CHILD_CHECK(get_number(queue, &number, NULL, IPCQ_FOREVER) == IPCQ_OK);
    CHILD_CHECK(number == 7);
    if (stats_of(queue).joinable)
        CHILD_CHECK(ipcq_task_done(queue, IPCQ_OLDEST) == IPCQ_OK);
    return 0;
}

static void the_next_item_reaches_another_sleeper(void **state)
{
    struct queue_fixture *fixture = *state;
    for (int round = 0; round < ROUNDS; ++round) {
        pid_t idle = child_start(consume, fixture->queue);
        pid_t other = child_start(get_one, fixture->queue);
        await_getters(fixture->queue, 2);
        child_kill(idle);
        assert_ok(put_number(fixture->queue, 7, IPCQ_NOWAIT));
        assert_int_equal(child_wait(other), 0);
        assert_holds(fixture->queue, 0, 0);
    }
}

static void an_item_put_before_the_kill_is_taken_once(void **state)
{
    struct queue_fixture *fixture = *state;
    for (int round = 0; round < ROUNDS; ++round) {
        pid_t idle = child_start(consume, fixture->queue);
        await_getters(fixture->queue, 1);
        kill(idle, SIGSTOP);
        assert_true(child_wait_stopped(idle));
        assert_ok(put_number(fixture->queue, 7, IPCQ_NOWAIT)); /* its wake-up call is lost with the sleeper */
        child_kill(idle);
        assert_int_equal(child_run(get_one, fixture->queue), 0);
        assert_holds(fixture->queue, 0, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(the_next_item_reaches_another_sleeper, PLAIN),
        QUEUE_TEST(the_next_item_reaches_another_sleeper, JOINABLE),
        QUEUE_TEST(an_item_put_before_the_kill_is_taken_once, PLAIN),
        QUEUE_TEST(an_item_put_before_the_kill_is_taken_once, JOINABLE),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
