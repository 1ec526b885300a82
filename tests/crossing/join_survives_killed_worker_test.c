/* SPDX-License-Identifier: Apache-2.0 */
#include "support/await.h"
#include "support/child.h"
#include "support/items.h"

#include <unistd.h>

enum { ROUNDS = 10 };

static int join_for_ever(void *queue)
{
    CHILD_CHECK(ipcq_join(queue, IPCQ_FOREVER) == IPCQ_OK);
    return 0;
}

static int take_and_hold(void *queue)
{
    uint64_t number = 0;
    CHILD_CHECK(get_number(queue, &number, NULL, IPCQ_NOWAIT) == IPCQ_OK);
    for (;;)
        pause();
}

static int work(void *queue)
{
    int code = IPCQ_OK;
    uint64_t number = 0;
    while ((code = get_number(queue, &number, NULL, IPCQ_FOREVER)) == IPCQ_OK)
        CHILD_CHECK(ipcq_task_done(queue, IPCQ_OLDEST) == IPCQ_OK);
    CHILD_CHECK(code == IPCQ_CLOSED);
    return 0;
}

static void join_waits_for_the_living_and_ends(void **state)
{
    struct queue_fixture *fixture = *state;
    for (uint64_t round = 1; round <= ROUNDS; ++round) {
        assert_ok(put_number(fixture->queue, 1, IPCQ_NOWAIT));
        pid_t holder = child_start(take_and_hold, fixture->queue);
        await_taken(fixture->queue, 1);
        pid_t joiner = child_start(join_for_ever, fixture->queue);
        await_joiners(fixture->queue, 1);
        child_kill(holder);
        await_recovered(fixture->queue, round); /* given back, and nobody has finished it: join goes on waiting */
        assert_code(ipcq_join(fixture->queue, IPCQ_NOWAIT), IPCQ_TIMEDOUT);
        uint64_t number = 0;
        assert_ok(get_number(fixture->queue, &number, NULL, IPCQ_NOWAIT));
        assert_ok(ipcq_task_done(fixture->queue, IPCQ_OLDEST));
        assert_int_equal(child_wait(joiner), 0);
    }
}

static void a_worker_asleep_takes_over_while_the_joiner_sleeps(void **state)
{
    struct queue_fixture *fixture = *state;
    for (int round = 0; round < ROUNDS; ++round) {
        assert_ok(put_number(fixture->queue, 1, IPCQ_NOWAIT));
        pid_t holder = child_start(take_and_hold, fixture->queue);
        await_taken(fixture->queue, 1);
        pid_t worker = child_start(work, fixture->queue);
        await_getters(fixture->queue, 1);
        pid_t joiner = child_start(join_for_ever, fixture->queue);
        await_joiners(fixture->queue, 1);
        child_kill(holder);
        assert_int_equal(child_wait(joiner), 0);
        child_kill(worker);
    }
}

static void a_killed_joiner_disturbs_nobody(void **state)
{
    struct queue_fixture *fixture = *state;
    for (int round = 0; round < ROUNDS; ++round) {
        assert_ok(put_number(fixture->queue, 1, IPCQ_NOWAIT));
        pid_t killed = child_start(join_for_ever, fixture->queue);
        pid_t joiner = child_start(join_for_ever, fixture->queue);
        await_joiners(fixture->queue, 2);
        child_kill(killed);
        uint64_t number = 0;
        assert_ok(get_number(fixture->queue, &number, NULL, IPCQ_NOWAIT));
        assert_ok(ipcq_task_done(fixture->queue, IPCQ_OLDEST));
        assert_int_equal(child_wait(joiner), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(join_waits_for_the_living_and_ends, JOINABLE),
        QUEUE_TEST(a_worker_asleep_takes_over_while_the_joiner_sleeps, JOINABLE),
        QUEUE_TEST(a_killed_joiner_disturbs_nobody, JOINABLE),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
