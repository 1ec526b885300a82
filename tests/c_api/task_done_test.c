/* SPDX-License-Identifier: Apache-2.0 */
#include "support/items.h"

#include <pthread.h>

static void the_item_of_the_ticket_is_finished(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    put_word(fixture->queue, "2");
    uint64_t first = get_word(fixture->queue, "1").ticket;
    uint64_t second = get_word(fixture->queue, "2").ticket;
    assert_ok(ipcq_task_done(fixture->queue, second));
    assert_holds(fixture->queue, 0, 1);
    assert_ok(ipcq_task_done(fixture->queue, first));
    assert_holds(fixture->queue, 0, 0);
}

static void without_a_ticket_the_oldest_is_finished(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    put_word(fixture->queue, "2");
    uint64_t first = get_word(fixture->queue, "1").ticket;
    uint64_t second = get_word(fixture->queue, "2").ticket;
    assert_ok(ipcq_task_done(fixture->queue, IPCQ_OLDEST));
    assert_code(ipcq_task_done(fixture->queue, first), IPCQ_NOTTAKEN);
    assert_ok(ipcq_task_done(fixture->queue, second));
}

static void *take_one(void *queue)
{
    uint64_t number = 0;
    return (void *)(intptr_t)get_number(queue, &number, NULL, IPCQ_NOWAIT);
}

static void the_oldest_of_the_thread_is_its_own(void **state)
{
    struct queue_fixture *fixture = *state;
    pthread_t thread;
    void *code = NULL;
    ipcq_item item = {0};
    uint64_t number = 0;
    assert_ok(put_number(fixture->queue, 1, IPCQ_NOWAIT));
    assert_ok(put_number(fixture->queue, 2, IPCQ_NOWAIT));
    assert_int_equal(pthread_create(&thread, NULL, take_one, fixture->queue), 0);
    pthread_join(thread, &code);
    assert_ok((int)(intptr_t)code);
    assert_ok(get_number(fixture->queue, &number, &item, IPCQ_NOWAIT));

    assert_ok(ipcq_task_done(fixture->queue, IPCQ_OLDEST_OF_THREAD));
    assert_code(ipcq_task_done(fixture->queue, item.ticket), IPCQ_NOTTAKEN);
    assert_holds(fixture->queue, 0, 1);
    assert_ok(ipcq_task_done(fixture->queue, IPCQ_OLDEST_OF_THREAD)); /* none of its own is left: the handle's */
    assert_holds(fixture->queue, 0, 0);
}

struct worker {
    ipcq_t *queue;
    uint64_t number;
    int code;
};

static void *take_and_end(void *argument)
{
    struct worker *worker = argument;
    worker->code = get_number(worker->queue, &worker->number, NULL, IPCQ_NOWAIT);
    return NULL;
}

static void *take_and_finish(void *argument)
{
    struct worker *worker = argument;
    worker->code = get_number(worker->queue, &worker->number, NULL, IPCQ_NOWAIT);
    if (worker->code == IPCQ_OK)
        worker->code = ipcq_task_done(worker->queue, IPCQ_OLDEST_OF_THREAD);
    return NULL;
}

/* A worker thread ends in the middle of its work. The next one may be given the same memory, and is another thread. */
static void a_new_thread_holds_nothing_of_one_that_ended(void **state)
{
    struct queue_fixture *fixture = *state;
    struct worker worker = {.queue = fixture->queue};
    pthread_t thread;
    assert_ok(put_number(fixture->queue, 1, IPCQ_NOWAIT));
    assert_ok(put_number(fixture->queue, 2, IPCQ_NOWAIT));
    assert_int_equal(pthread_create(&thread, NULL, take_and_end, &worker), 0);
    pthread_join(thread, NULL);
    assert_ok(worker.code);
    assert_int_equal(pthread_create(&thread, NULL, take_and_finish, &worker), 0);
    pthread_join(thread, NULL);
    assert_ok(worker.code);
    assert_int_equal(worker.number, 2);
    assert_ok(ipcq_nack(fixture->queue, IPCQ_OLDEST));
    uint64_t number = 0;
    assert_ok(get_number(fixture->queue, &number, NULL, IPCQ_NOWAIT));
    assert_int_equal(number, 1); /* the one that nobody worked on */
}

static void the_only_one_of_the_thread_is_finished(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    put_word(fixture->queue, "2");
    get_word(fixture->queue, "1");
    assert_ok(ipcq_task_done(fixture->queue, IPCQ_ONLY_OF_THREAD));
    get_word(fixture->queue, "2");
    assert_ok(ipcq_nack(fixture->queue, IPCQ_ONLY_OF_THREAD));
    assert_holds(fixture->queue, 1, 0);
    assert_code(ipcq_task_done(fixture->queue, IPCQ_ONLY_OF_THREAD), IPCQ_NOTTAKEN);
}

static void of_several_none_is_the_only_one(void **state)
{
    struct queue_fixture *fixture = *state;
    enum { ITEMS = 300 }; /* more than the table keeps by ticket */
    uint64_t tickets[ITEMS];
    for (uint64_t i = 0; i < ITEMS; ++i) {
        ipcq_item item = {0};
        uint64_t number = 0;
        assert_ok(put_number(fixture->queue, i, IPCQ_NOWAIT));
        assert_ok(get_number(fixture->queue, &number, &item, IPCQ_NOWAIT));
        tickets[i] = item.ticket;
        if (i != 0) {
            assert_code(ipcq_task_done(fixture->queue, IPCQ_ONLY_OF_THREAD), IPCQ_AMBIGUOUS);
            assert_code(ipcq_nack(fixture->queue, IPCQ_ONLY_OF_THREAD), IPCQ_AMBIGUOUS);
        }
    }
    assert_holds(fixture->queue, 0, ITEMS);
    for (uint64_t i = ITEMS - 1; i > 0; --i) { /* the two that are left last are not in the ring */
        assert_code(ipcq_task_done(fixture->queue, IPCQ_ONLY_OF_THREAD), IPCQ_AMBIGUOUS);
        assert_ok(ipcq_task_done(fixture->queue, tickets[i]));
    }
    assert_ok(ipcq_task_done(fixture->queue, IPCQ_ONLY_OF_THREAD));
    assert_holds(fixture->queue, 0, 0);
}

static void what_another_thread_holds_is_not_the_only_one(void **state)
{
    struct queue_fixture *fixture = *state;
    pthread_t thread;
    void *code = NULL;
    assert_ok(put_number(fixture->queue, 1, IPCQ_NOWAIT));
    assert_int_equal(pthread_create(&thread, NULL, take_one, fixture->queue), 0);
    pthread_join(thread, &code);
    assert_ok((int)(intptr_t)code);
    assert_code(ipcq_task_done(fixture->queue, IPCQ_ONLY_OF_THREAD), IPCQ_AMBIGUOUS);
    assert_holds(fixture->queue, 0, 1);
    assert_ok(ipcq_task_done(fixture->queue, IPCQ_OLDEST));
}

static void another_thread_may_finish_by_ticket(void **state)
{
    struct queue_fixture *fixture = *state;
    pthread_t thread;
    void *code = NULL;
    assert_ok(put_number(fixture->queue, 1, IPCQ_NOWAIT));
    assert_int_equal(pthread_create(&thread, NULL, take_one, fixture->queue), 0);
    pthread_join(thread, &code);
    assert_ok((int)(intptr_t)code);
    assert_ok(ipcq_task_done(fixture->queue, IPCQ_OLDEST));
    assert_holds(fixture->queue, 0, 0);
}

static void once_too_often_is_an_error_and_changes_nothing(void **state)
{
    struct queue_fixture *fixture = *state;
    assert_code(ipcq_task_done(fixture->queue, IPCQ_OLDEST), IPCQ_NOTTAKEN);
    assert_code(ipcq_task_done(fixture->queue, IPCQ_OLDEST_OF_THREAD), IPCQ_NOTTAKEN);
    put_word(fixture->queue, "1");
    assert_code(ipcq_task_done(fixture->queue, IPCQ_OLDEST), IPCQ_NOTTAKEN);
    uint64_t ticket = get_word(fixture->queue, "1").ticket;
    assert_ok(ipcq_task_done(fixture->queue, ticket));
    assert_code(ipcq_task_done(fixture->queue, ticket), IPCQ_NOTTAKEN);
    assert_code(ipcq_task_done(fixture->queue, IPCQ_OLDEST), IPCQ_NOTTAKEN);
    assert_code(ipcq_nack(fixture->queue, ticket), IPCQ_NOTTAKEN);
    put_word(fixture->queue, "2");
    assert_holds(fixture->queue, 1, 0);
}

static void a_ticket_is_of_its_handle(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_t *second = queue_open_again(fixture);
    put_word(fixture->queue, "1");
    uint64_t ticket = get_word(fixture->queue, "1").ticket;
    int by_ticket = ipcq_task_done(second, ticket);
    int oldest = ipcq_task_done(second, IPCQ_OLDEST);
    int wild = ipcq_task_done(second, UINT64_C(0x7123456789abcdef));
    assert_ok(ipcq_close(second));
    assert_code(by_ticket, IPCQ_NOTTAKEN);
    assert_code(oldest, IPCQ_NOTTAKEN);
    assert_code(wild, IPCQ_NOTTAKEN);
    assert_holds(fixture->queue, 0, 1);
    assert_ok(ipcq_task_done(fixture->queue, ticket));
}

static void many_may_be_unfinished_and_finished_in_any_order(void **state)
{
    struct queue_fixture *fixture = *state;
    enum { ITEMS = 5000 };
    static uint64_t tickets[ITEMS];
    for (uint64_t i = 0; i < ITEMS; ++i)
        assert_ok(put_number(fixture->queue, i, IPCQ_NOWAIT));
    for (uint64_t i = 0; i < ITEMS; ++i) {
        ipcq_item item = {0};
        uint64_t number = 0;
        assert_ok(get_number(fixture->queue, &number, &item, IPCQ_NOWAIT));
        assert_int_equal(number, i);
        tickets[i] = item.ticket;
    }
    assert_holds(fixture->queue, 0, ITEMS);
    for (uint64_t i = 0; i < ITEMS; ++i)
        assert_ok(ipcq_task_done(fixture->queue, tickets[i * 7 % ITEMS]));
    assert_holds(fixture->queue, 0, 0);
    assert_ok(ipcq_join(fixture->queue, IPCQ_NOWAIT));
}

static void a_plain_queue_has_nothing_to_finish(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    get_word(fixture->queue, "1");
    assert_code(ipcq_task_done(fixture->queue, IPCQ_OLDEST), IPCQ_NOTJOINABLE);
    assert_code(ipcq_task_done(NULL, IPCQ_OLDEST), IPCQ_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(the_item_of_the_ticket_is_finished, JOINABLE),
        QUEUE_TEST(without_a_ticket_the_oldest_is_finished, JOINABLE),
        QUEUE_TEST(the_oldest_of_the_thread_is_its_own, JOINABLE),
        QUEUE_TEST(a_new_thread_holds_nothing_of_one_that_ended, JOINABLE),
        QUEUE_TEST(the_only_one_of_the_thread_is_finished, JOINABLE),
        QUEUE_TEST(of_several_none_is_the_only_one, JOINABLE),
        QUEUE_TEST(what_another_thread_holds_is_not_the_only_one, JOINABLE),
        QUEUE_TEST(another_thread_may_finish_by_ticket, JOINABLE),
        QUEUE_TEST(once_too_often_is_an_error_and_changes_nothing, JOINABLE),
        QUEUE_TEST(a_ticket_is_of_its_handle, JOINABLE),
        QUEUE_TEST(many_may_be_unfinished_and_finished_in_any_order, JOINABLE),
        QUEUE_TEST(a_plain_queue_has_nothing_to_finish, PLAIN),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
