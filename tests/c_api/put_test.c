/* SPDX-License-Identifier: Apache-2.0 */
#include "support/await.h"
#include "support/child.h"
#include "support/items.h"

static void put_answers_at_once_and_the_item_is_in(void **state)
{
    struct queue_fixture *fixture = *state;
    assert_ok(ipcq_put(fixture->queue, "x", 1, IPCQ_FOREVER));
    assert_holds(fixture->queue, 1, 0);
}

static void items_keep_their_order(void **state)
{
    struct queue_fixture *fixture = *state;
    for (uint64_t i = 0; i < 10000; ++i)
        assert_ok(put_number(fixture->queue, i, IPCQ_NOWAIT));
    for (uint64_t i = 0; i < 10000; ++i) {
        uint64_t number = 0;
        assert_ok(get_number(fixture->queue, &number, NULL, IPCQ_NOWAIT));
        assert_int_equal(number, i);
    }
}

static void a_full_queue_answers_full_without_waiting(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    put_word(fixture->queue, "2");
    assert_code(ipcq_put(fixture->queue, "3", 1, IPCQ_NOWAIT), IPCQ_FULL);
    assert_holds(fixture->queue, 2, 0);
    get_word(fixture->queue, "1");
    put_word(fixture->queue, "3");
    get_word(fixture->queue, "2");
    get_word(fixture->queue, "3");
}

static void a_full_queue_answers_timedout_not_before_the_deadline(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    put_word(fixture->queue, "2");
    int64_t deadline_ns = ipcq_deadline(0.03);
    assert_code(ipcq_put(fixture->queue, "3", 1, deadline_ns), IPCQ_TIMEDOUT);
    assert_true(now_ns() >= deadline_ns);
    assert_holds(fixture->queue, 2, 0);
}

static void a_deadline_that_has_passed_still_puts_if_there_is_room(void **state)
{
    struct queue_fixture *fixture = *state;
    assert_ok(ipcq_put(fixture->queue, "1", 1, now_ns() - 1));
    put_word(fixture->queue, "2");
    assert_code(ipcq_put(fixture->queue, "3", 1, now_ns() - 1), IPCQ_TIMEDOUT);
}

static int put_third(void *queue)
{
    CHILD_CHECK(ipcq_put(queue, "3", 1, IPCQ_FOREVER) == IPCQ_OK);
    return 0;
}

static void a_sleeping_putter_wakes_when_there_is_room(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    put_word(fixture->queue, "2");
    pid_t putter = child_start(put_third, fixture->queue);
    await_putters(fixture->queue, 1);
    get_word(fixture->queue, "1");
    assert_int_equal(child_wait(putter), 0);
    get_word(fixture->queue, "2");
    get_word(fixture->queue, "3");
}

static void an_unfinished_item_takes_no_place(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    put_word(fixture->queue, "2");
    get_word(fixture->queue, "1");
    put_word(fixture->queue, "3");
    assert_holds(fixture->queue, 2, 1);
}

static void wrong_arguments_are_refused(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_wait wait = {.deadline_ns = IPCQ_NOWAIT};
    assert_code(ipcq_put(NULL, "x", 1, IPCQ_NOWAIT), IPCQ_INVALID);
    assert_code(ipcq_put(fixture->queue, NULL, 1, IPCQ_NOWAIT), IPCQ_INVALID);
    assert_code(ipcq_put_typed(fixture->queue, "x", 1, 65536, &wait), IPCQ_INVALID);
    wait.flags = 1u << 31;
    assert_code(ipcq_put_typed(fixture->queue, "x", 1, IPCQ_TYPE_BYTES, &wait), IPCQ_INVALID);
    wait.flags = 0;
    wait.reserved = 1;
    assert_code(ipcq_put_typed(fixture->queue, "x", 1, IPCQ_TYPE_BYTES, &wait), IPCQ_INVALID);
    assert_holds(fixture->queue, 0, 0);
    assert_ok(ipcq_put(fixture->queue, NULL, 0, IPCQ_NOWAIT));
    get_word(fixture->queue, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(put_answers_at_once_and_the_item_is_in, PLAIN),
        QUEUE_TEST(items_keep_their_order, PLAIN),
        QUEUE_TEST(a_full_queue_answers_full_without_waiting, PLAIN, .max_items = 2),
        QUEUE_TEST(a_full_queue_answers_timedout_not_before_the_deadline, PLAIN, .max_items = 2),
        QUEUE_TEST(a_deadline_that_has_passed_still_puts_if_there_is_room, PLAIN, .max_items = 2),
        QUEUE_TEST(a_sleeping_putter_wakes_when_there_is_room, PLAIN, .max_items = 2),
        QUEUE_TEST(an_unfinished_item_takes_no_place, JOINABLE, .max_items = 2),
        QUEUE_TEST(wrong_arguments_are_refused, PLAIN),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
