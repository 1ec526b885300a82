/* SPDX-License-Identifier: Apache-2.0 */
#include "support/await.h"
#include "support/items.h"

static int get_code(ipcq_t *queue, int64_t deadline_ns)
{
    uint64_t number = 0;
    return get_number(queue, &number, NULL, deadline_ns);
}

static void drain_refuses_puts_and_lets_getters_finish(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    put_word(fixture->queue, "2");
    assert_ok(ipcq_shutdown(fixture->queue, IPCQ_DRAIN));
    assert_code(ipcq_put(fixture->queue, "3", 1, IPCQ_NOWAIT), IPCQ_CLOSED);
    assert_code(ipcq_put(fixture->queue, "3", 1, IPCQ_FOREVER), IPCQ_CLOSED);
    get_word(fixture->queue, "1");
    get_word(fixture->queue, "2");
    assert_code(get_code(fixture->queue, IPCQ_NOWAIT), IPCQ_CLOSED);
    assert_code(get_code(fixture->queue, IPCQ_FOREVER), IPCQ_CLOSED);
}

static void immediate_discards_what_nobody_has_taken(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    put_word(fixture->queue, "2");
    uint64_t ticket = get_word(fixture->queue, "1").ticket;
    assert_ok(ipcq_shutdown(fixture->queue, IPCQ_IMMEDIATE));
    assert_code(ipcq_put(fixture->queue, "3", 1, IPCQ_NOWAIT), IPCQ_CLOSED);
    assert_code(get_code(fixture->queue, IPCQ_FOREVER), IPCQ_CLOSED);
    assert_holds(fixture->queue, 0, 1);
    assert_code(ipcq_join(fixture->queue, IPCQ_NOWAIT), IPCQ_TIMEDOUT);
    assert_ok(ipcq_task_done(fixture->queue, ticket));
    assert_ok(ipcq_join(fixture->queue, IPCQ_FOREVER));
}

static void what_is_given_back_after_drain_is_taken_again(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    get_word(fixture->queue, "1");
    assert_ok(ipcq_shutdown(fixture->queue, IPCQ_DRAIN));
    assert_ok(ipcq_nack(fixture->queue, IPCQ_OLDEST));
    get_word(fixture->queue, "1");
    assert_ok(ipcq_task_done(fixture->queue, IPCQ_OLDEST));
    assert_ok(ipcq_join(fixture->queue, IPCQ_FOREVER));
}

static void what_is_given_back_after_immediate_is_discarded(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    get_word(fixture->queue, "1");
    assert_ok(ipcq_shutdown(fixture->queue, IPCQ_IMMEDIATE));
    assert_ok(ipcq_nack(fixture->queue, IPCQ_OLDEST));
    assert_code(get_code(fixture->queue, IPCQ_FOREVER), IPCQ_CLOSED);
    assert_ok(ipcq_join(fixture->queue, IPCQ_FOREVER));
    assert_holds(fixture->queue, 0, 0);
}

static void immediate_may_follow_drain_and_not_the_reverse(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    assert_ok(ipcq_shutdown(fixture->queue, IPCQ_DRAIN));
    assert_int_equal(stats_of(fixture->queue).shutdown, IPCQ_DRAIN);
    assert_ok(ipcq_shutdown(fixture->queue, IPCQ_DRAIN));
    assert_holds(fixture->queue, 1, 0);
    assert_ok(ipcq_shutdown(fixture->queue, IPCQ_IMMEDIATE));
    assert_holds(fixture->queue, 0, 0);
    assert_ok(ipcq_shutdown(fixture->queue, IPCQ_DRAIN));
    assert_int_equal(stats_of(fixture->queue).shutdown, IPCQ_IMMEDIATE);
    assert_code(get_code(fixture->queue, IPCQ_NOWAIT), IPCQ_CLOSED);
}

static void handles_opened_later_see_it(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    assert_ok(ipcq_shutdown(fixture->queue, IPCQ_DRAIN));
    ipcq_t *late = queue_open_again(fixture);
    get_word(late, "1");
    int put = ipcq_put(late, "2", 1, IPCQ_NOWAIT);
    int get = get_code(late, IPCQ_FOREVER);
    assert_ok(ipcq_close(late));
    assert_code(put, IPCQ_CLOSED);
    assert_code(get, IPCQ_CLOSED);
}

static void other_modes_are_refused(void **state)
{
    struct queue_fixture *fixture = *state;
    assert_code(ipcq_shutdown(fixture->queue, 0), IPCQ_INVALID);
    assert_code(ipcq_shutdown(fixture->queue, 3), IPCQ_INVALID);
    assert_code(ipcq_shutdown(fixture->queue, -1), IPCQ_INVALID);
    assert_code(ipcq_shutdown(NULL, IPCQ_DRAIN), IPCQ_INVALID);
    put_word(fixture->queue, "open as before");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(drain_refuses_puts_and_lets_getters_finish, PLAIN),
        QUEUE_TEST(immediate_discards_what_nobody_has_taken, JOINABLE),
        QUEUE_TEST(what_is_given_back_after_drain_is_taken_again, JOINABLE),
        QUEUE_TEST(what_is_given_back_after_immediate_is_discarded, JOINABLE),
        QUEUE_TEST(immediate_may_follow_drain_and_not_the_reverse, PLAIN),
        QUEUE_TEST(handles_opened_later_see_it, PLAIN),
        QUEUE_TEST(other_modes_are_refused, PLAIN),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
