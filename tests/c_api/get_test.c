/* SPDX-License-Identifier: Apache-2.0 */
#include "support/await.h"
#include "support/child.h"
#include "support/items.h"

#include <string.h>

static void an_empty_queue_answers_empty_without_waiting(void **state)
{
    struct queue_fixture *fixture = *state;
    char buffer[8];
    size_t size = 99;
    assert_code(ipcq_get(fixture->queue, buffer, sizeof buffer, &size, IPCQ_NOWAIT), IPCQ_EMPTY);
    assert_int_equal(size, 99);
}

static void an_empty_queue_answers_timedout_not_before_the_deadline(void **state)
{
    struct queue_fixture *fixture = *state;
    char buffer[8];
    size_t size = 0;
    int64_t deadline_ns = ipcq_deadline(0.03);
    assert_code(ipcq_get(fixture->queue, buffer, sizeof buffer, &size, deadline_ns), IPCQ_TIMEDOUT);
    assert_true(now_ns() >= deadline_ns);
}

static void a_deadline_that_has_passed_still_takes_what_is_there(void **state)
{
    struct queue_fixture *fixture = *state;
    char buffer[8];
    size_t size = 0;
    put_word(fixture->queue, "x");
    assert_ok(ipcq_get(fixture->queue, buffer, sizeof buffer, &size, now_ns() - 1));
    assert_code(ipcq_get(fixture->queue, buffer, sizeof buffer, &size, now_ns() - 1), IPCQ_TIMEDOUT);
}

static void a_buffer_that_is_too_small_leaves_the_item_first(void **state)
{
    struct queue_fixture *fixture = *state;
    char buffer[8] = "xxxxxxx";
    size_t size = 0;
    ipcq_item item = {0};
    const ipcq_wait wait = {.deadline_ns = IPCQ_NOWAIT};
    put_word(fixture->queue, "four");
    put_word(fixture->queue, "next");
    assert_code(ipcq_get(fixture->queue, buffer, 3, &size, IPCQ_NOWAIT), IPCQ_TOOBIG);
    assert_int_equal(size, 4);
    assert_int_equal(buffer[0], 'x');
    assert_code(ipcq_get_item(fixture->queue, NULL, 0, &item, IPCQ_ACCEPT_ALL, &wait), IPCQ_TOOBIG);
    assert_int_equal(item.size, 4);
    assert_holds(fixture->queue, 2, 0);
    assert_int_equal(get_word(fixture->queue, "four").deliveries, 0);
    get_word(fixture->queue, "next");
}

static void get_writes_no_byte_behind_the_item(void **state)
{
    struct queue_fixture *fixture = *state;
    char buffer[16];
    size_t size = 0;
    for (size_t length = 0; length < 12; ++length) {
        memset(buffer, '#', sizeof buffer);
        assert_ok(ipcq_put(fixture->queue, "abcdefghijkl", length, IPCQ_NOWAIT));
        assert_ok(ipcq_get(fixture->queue, buffer, sizeof buffer, &size, IPCQ_NOWAIT));
        assert_int_equal(size, length);
        assert_memory_equal(buffer, "abcdefghijkl", length);
        for (size_t i = length; i < sizeof buffer; ++i)
            assert_int_equal(buffer[i], '#');
    }
}

static int get_x(void *queue)
{
    char buffer[8];
    size_t size = 0;
    CHILD_CHECK(ipcq_get(queue, buffer, sizeof buffer, &size, IPCQ_FOREVER) == IPCQ_OK);
    CHILD_CHECK(size == 1 && buffer[0] == 'x');
    return 0;
}

static void a_sleeping_getter_wakes_when_an_item_comes(void **state)
{
    struct queue_fixture *fixture = *state;
    pid_t getter = child_start(get_x, fixture->queue);
    await_getters(fixture->queue, 1);
    put_word(fixture->queue, "x");
    assert_int_equal(child_wait(getter), 0);
}

static void each_sleeping_getter_gets_one(void **state)
{
    struct queue_fixture *fixture = *state;
    pid_t getters[4];
    for (int i = 0; i < 4; ++i)
        getters[i] = child_start(get_x, fixture->queue);
    await_getters(fixture->queue, 4);
    for (int i = 0; i < 4; ++i)
        put_word(fixture->queue, "x");
    for (int i = 0; i < 4; ++i)
        assert_int_equal(child_wait(getters[i]), 0);
    assert_holds(fixture->queue, 0, 0);
}

static void tickets_differ_and_a_plain_queue_gives_none(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_t *plain = NULL;
    put_word(fixture->queue, "1");
    put_word(fixture->queue, "2");
    uint64_t first = get_word(fixture->queue, "1").ticket;
    uint64_t second = get_word(fixture->queue, "2").ticket;
    assert_int_not_equal(first, 0);
    assert_int_not_equal(second, 0);
    assert_int_not_equal(first, UINT64_MAX);
    assert_int_not_equal(first, second);
    assert_ok(ipcq_open(&plain, NULL, NULL));
    int put = ipcq_put(plain, "p", 1, IPCQ_NOWAIT);
    uint64_t number = 0;
    ipcq_item item = {.ticket = 1};
    int got = get_number(plain, &number, &item, IPCQ_NOWAIT);
    ipcq_close(plain);
    assert_ok(put);
    assert_ok(got);
    assert_int_equal(item.ticket, 0);
}

static void wrong_arguments_are_refused(void **state)
{
    struct queue_fixture *fixture = *state;
    char buffer[8];
    size_t size = 0;
    ipcq_item item;
    ipcq_wait wait = {.deadline_ns = IPCQ_NOWAIT, .flags = 1u << 31};
    put_word(fixture->queue, "x");
    assert_code(ipcq_get(NULL, buffer, sizeof buffer, &size, IPCQ_NOWAIT), IPCQ_INVALID);
    assert_code(ipcq_get(fixture->queue, NULL, 8, &size, IPCQ_NOWAIT), IPCQ_INVALID);
    assert_code(ipcq_get(fixture->queue, buffer, sizeof buffer, NULL, IPCQ_NOWAIT), IPCQ_INVALID);
    assert_code(ipcq_get_item(fixture->queue, buffer, sizeof buffer, &item, IPCQ_ACCEPT_ALL, &wait), IPCQ_INVALID);
    wait.flags = 0;
    assert_code(ipcq_get_item(fixture->queue, buffer, sizeof buffer, NULL, IPCQ_ACCEPT_ALL, &wait), IPCQ_INVALID);
    assert_code(ipcq_get_item(fixture->queue, buffer, sizeof buffer, &item, 0, &wait), IPCQ_INVALID);
    assert_holds(fixture->queue, 1, 0);
    get_word(fixture->queue, "x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(an_empty_queue_answers_empty_without_waiting, PLAIN),
        QUEUE_TEST(an_empty_queue_answers_timedout_not_before_the_deadline, PLAIN),
        QUEUE_TEST(a_deadline_that_has_passed_still_takes_what_is_there, PLAIN),
        QUEUE_TEST(a_buffer_that_is_too_small_leaves_the_item_first, JOINABLE),
        QUEUE_TEST(get_writes_no_byte_behind_the_item, PLAIN),
        QUEUE_TEST(a_sleeping_getter_wakes_when_an_item_comes, PLAIN),
        QUEUE_TEST(each_sleeping_getter_gets_one, PLAIN),
        QUEUE_TEST(tickets_differ_and_a_plain_queue_gives_none, JOINABLE),
        QUEUE_TEST(wrong_arguments_are_refused, PLAIN),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
