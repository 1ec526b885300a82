/* SPDX-License-Identifier: Apache-2.0 */
#include "support/await.h"
#include "support/child.h"
#include "support/items.h"

#include <pthread.h>
#include <string.h>

static void every_call_on_a_closed_handle_answers_badhandle(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_t *closed = queue_open_again(fixture);
    char buffer[202];
    size_t size = 0, count = 0;
    uint64_t items = 0;
    int answer = 0;
    void *data = NULL;
    ipcq_item item;
    ipcq_stats stats = {.struct_size = sizeof stats};
    ipcq_participant participant;
    const ipcq_wait wait = {.deadline_ns = IPCQ_NOWAIT};
    assert_ok(ipcq_close(closed));

    assert_code(ipcq_close(closed), IPCQ_BADHANDLE);
    assert_code(ipcq_name(closed, buffer, sizeof buffer), IPCQ_BADHANDLE);
    assert_code(ipcq_describe(closed, IPCQ_FULL, buffer, sizeof buffer), IPCQ_BADHANDLE);
    assert_code(ipcq_put(closed, "x", 1, IPCQ_NOWAIT), IPCQ_BADHANDLE);
    assert_code(ipcq_put_typed(closed, "x", 1, IPCQ_TYPE_BYTES, &wait), IPCQ_BADHANDLE);
    assert_code(ipcq_get(closed, buffer, sizeof buffer, &size, IPCQ_NOWAIT), IPCQ_BADHANDLE);
    assert_code(ipcq_get_item(closed, buffer, sizeof buffer, &item, IPCQ_ACCEPT_ALL, &wait), IPCQ_BADHANDLE);
    assert_code(ipcq_get_alloc(closed, &data, &item, IPCQ_ACCEPT_ALL, &wait), IPCQ_BADHANDLE);
    assert_code(ipcq_task_done(closed, IPCQ_OLDEST), IPCQ_BADHANDLE);
    assert_code(ipcq_nack(closed, IPCQ_OLDEST), IPCQ_BADHANDLE);
    assert_code(ipcq_join(closed, IPCQ_NOWAIT), IPCQ_BADHANDLE);
    assert_code(ipcq_join_wait(closed, &wait), IPCQ_BADHANDLE);
    assert_code(ipcq_shutdown(closed, IPCQ_DRAIN), IPCQ_BADHANDLE);
    assert_code(ipcq_size(closed, &items), IPCQ_BADHANDLE);
    assert_code(ipcq_empty(closed, &answer), IPCQ_BADHANDLE);
    assert_code(ipcq_full(closed, &answer), IPCQ_BADHANDLE);
    assert_code(ipcq_stat(closed, &stats), IPCQ_BADHANDLE);
    assert_code(ipcq_participants(closed, &participant, 1, &count), IPCQ_BADHANDLE);

    put_word(fixture->queue, "the queue itself goes on");
    get_word(fixture->queue, "the queue itself goes on");
}

static void a_closed_handle_stays_closed_when_others_are_opened(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_t *closed = queue_open_again(fixture);
    assert_ok(ipcq_close(closed));
    ipcq_t *later = queue_open_again(fixture);
    int code = ipcq_put(closed, "x", 1, IPCQ_NOWAIT);
    assert_ok(ipcq_close(later));
    assert_code(code, IPCQ_BADHANDLE);
}

static void unfinished_items_go_back_in_order(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_t *second = queue_open_again(fixture);
    put_word(fixture->queue, "1");
    put_word(fixture->queue, "2");
    put_word(fixture->queue, "3");
    get_word(second, "1");
    get_word(second, "2");
    assert_holds(fixture->queue, 1, 2);
    assert_ok(ipcq_close(second));

    assert_holds(fixture->queue, 3, 0);
    assert_int_equal(get_word(fixture->queue, "1").deliveries, 1);
    assert_int_equal(get_word(fixture->queue, "2").deliveries, 1);
    assert_int_equal(get_word(fixture->queue, "3").deliveries, 0);
}

static void finished_items_do_not_come_back(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_t *second = queue_open_again(fixture);
    put_word(fixture->queue, "1");
    get_word(second, "1");
    assert_ok(ipcq_task_done(second, IPCQ_OLDEST));
    assert_ok(ipcq_close(second));
    assert_holds(fixture->queue, 0, 0);
    assert_ok(ipcq_join(fixture->queue, IPCQ_NOWAIT));
}

static void *wait_for_an_item(void *queue)
{
    char buffer[8];
    size_t size = 0;
    return (void *)(intptr_t)ipcq_get(queue, buffer, sizeof buffer, &size, IPCQ_FOREVER);
}

static void close_ends_the_waits_in_its_handle(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_t *second = queue_open_again(fixture);
    pthread_t waiter;
    void *code = NULL;
    assert_int_equal(pthread_create(&waiter, NULL, wait_for_an_item, second), 0);
    await_getters(fixture->queue, 1);
    assert_ok(ipcq_close(second));
    pthread_join(waiter, &code);
    assert_code((int)(intptr_t)code, IPCQ_BADHANDLE);
}

static int get_one(void *queue)
{
    char buffer[8];
    size_t size = 0;
    CHILD_CHECK(ipcq_get(queue, buffer, sizeof buffer, &size, IPCQ_FOREVER) == IPCQ_OK);
    CHILD_CHECK(size == 1 && buffer[0] == 'x');
    return 0;
}

static void close_ends_no_wait_of_another_process(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_t *second = queue_open_again(fixture);
    pid_t getter = child_start(get_one, fixture->queue);
    await_getters(fixture->queue, 1);
    assert_ok(ipcq_close(second));
    put_word(fixture->queue, "x");
    assert_int_equal(child_wait(getter), 0);
}

static void null_is_invalid(void **state)
{
    (void)state;
    assert_code(ipcq_close(NULL), IPCQ_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(every_call_on_a_closed_handle_answers_badhandle, JOINABLE),
        QUEUE_TEST(a_closed_handle_stays_closed_when_others_are_opened, PLAIN),
        QUEUE_TEST(unfinished_items_go_back_in_order, JOINABLE),
        QUEUE_TEST(finished_items_do_not_come_back, JOINABLE),
        QUEUE_TEST(close_ends_the_waits_in_its_handle, PLAIN),
        QUEUE_TEST(close_ends_no_wait_of_another_process, PLAIN),
        QUEUE_TEST(null_is_invalid, PLAIN),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
