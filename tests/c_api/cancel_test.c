/* SPDX-License-Identifier: Apache-2.0 */
#include "support/await.h"
#include "support/items.h"

#include <pthread.h>
#include <signal.h>

/* One waiting call in a thread of its own. */
struct waiter {
    pthread_t thread;
    ipcq_t *queue;
    ipcq_wait wait;
    int code;
};

static void *get_in_thread(void *argument)
{
    struct waiter *waiter = argument;
    char buffer[8];
    ipcq_item item;
    waiter->code = ipcq_get_item(waiter->queue, buffer, sizeof buffer, &item, IPCQ_ACCEPT_ALL, &waiter->wait);
    return NULL;
}

static void *put_in_thread(void *argument)
{
    struct waiter *waiter = argument;
    waiter->code = ipcq_put_typed(waiter->queue, "x", 1, IPCQ_TYPE_BYTES, &waiter->wait);
    return NULL;
}

static void *join_in_thread(void *argument)
{
    struct waiter *waiter = argument;
    waiter->code = ipcq_join_wait(waiter->queue, &waiter->wait);
    return NULL;
}

static void start(struct waiter *waiter, void *(*call)(void *), ipcq_t *queue, ipcq_token *token)
{
    waiter->queue = queue;
    waiter->wait = (ipcq_wait){.deadline_ns = IPCQ_FOREVER, .token = token};
    assert_int_equal(pthread_create(&waiter->thread, NULL, call, waiter), 0);
}

/* Statics, because a thread may still use them after an assertion has left the test. */
static ipcq_token token;
static struct waiter getter, putter, joiner;

static void fresh_token(void) { token = (ipcq_token){0}; }

static void a_getter_is_cancelled_from_another_thread(void **state)
{
    struct queue_fixture *fixture = *state;
    fresh_token();
    start(&getter, get_in_thread, fixture->queue, &token);
    await_getters(fixture->queue, 1);
    assert_ok(ipcq_cancel(&token));
    pthread_join(getter.thread, NULL);
    assert_code(getter.code, IPCQ_CANCELLED);
    put_word(fixture->queue, "nobody waits for it any more");
    assert_holds(fixture->queue, 1, 0);
}

static void a_putter_is_cancelled_and_puts_nothing(void **state)
{
    struct queue_fixture *fixture = *state;
    fresh_token();
    put_word(fixture->queue, "1");
    start(&putter, put_in_thread, fixture->queue, &token);
    await_putters(fixture->queue, 1);
    assert_ok(ipcq_cancel(&token));
    pthread_join(putter.thread, NULL);
    assert_code(putter.code, IPCQ_CANCELLED);
    get_word(fixture->queue, "1");
    assert_holds(fixture->queue, 0, 0);
}

static void a_joiner_is_cancelled(void **state)
{
    struct queue_fixture *fixture = *state;
    fresh_token();
    put_word(fixture->queue, "1");
    start(&joiner, join_in_thread, fixture->queue, &token);
    await_joiners(fixture->queue, 1);
    assert_ok(ipcq_cancel(&token));
    pthread_join(joiner.thread, NULL);
    assert_code(joiner.code, IPCQ_CANCELLED);
}

static void one_token_ends_all_calls_that_wait_with_it(void **state)
{
    struct queue_fixture *fixture = *state;
    static struct waiter waiters[8];
    fresh_token();
    for (int i = 0; i < 8; ++i)
        start(&waiters[i], get_in_thread, fixture->queue, &token);
    await_getters(fixture->queue, 8);
    assert_ok(ipcq_cancel(&token));
    for (int i = 0; i < 8; ++i)
        pthread_join(waiters[i].thread, NULL);
    for (int i = 0; i < 8; ++i)
        assert_code(waiters[i].code, IPCQ_CANCELLED);
}

static void a_token_that_is_set_stays_set(void **state)
{
    struct queue_fixture *fixture = *state;
    const ipcq_wait wait = {.deadline_ns = IPCQ_FOREVER, .token = &token};
    char buffer[8];
    ipcq_item item;
    fresh_token();
    assert_ok(ipcq_cancel(&token));
    assert_ok(ipcq_cancel(&token));
    assert_int_not_equal(token.cancelled, 0);
    assert_code(ipcq_get_item(fixture->queue, buffer, sizeof buffer, &item, IPCQ_ACCEPT_ALL, &wait), IPCQ_CANCELLED);
    assert_code(ipcq_get_item(fixture->queue, buffer, sizeof buffer, &item, IPCQ_ACCEPT_ALL, &wait), IPCQ_CANCELLED);
}

static void cancel_on_signal(int signal_number)
{
    (void)signal_number;
    ipcq_cancel(&token);
}

static void a_signal_handler_may_cancel(void **state)
{
    struct queue_fixture *fixture = *state;
    struct sigaction before, action = {.sa_handler = cancel_on_signal};
    fresh_token();
    sigaction(SIGUSR1, &action, &before);
    start(&getter, get_in_thread, fixture->queue, &token);
    await_getters(fixture->queue, 1);
    pthread_kill(getter.thread, SIGUSR1);
    pthread_join(getter.thread, NULL);
    sigaction(SIGUSR1, &before, NULL);
    assert_code(getter.code, IPCQ_CANCELLED);
}

static void null_is_invalid(void **state)
{
    (void)state;
    assert_code(ipcq_cancel(NULL), IPCQ_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(a_getter_is_cancelled_from_another_thread, PLAIN),
        QUEUE_TEST(a_putter_is_cancelled_and_puts_nothing, PLAIN, .max_items = 1),
        QUEUE_TEST(a_joiner_is_cancelled, JOINABLE),
        QUEUE_TEST(one_token_ends_all_calls_that_wait_with_it, PLAIN),
        QUEUE_TEST(a_token_that_is_set_stays_set, PLAIN),
        QUEUE_TEST(a_signal_handler_may_cancel, PLAIN),
        NAME_TEST(null_is_invalid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
