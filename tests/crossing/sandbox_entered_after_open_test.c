/*
 * A process opens a queue and enters a sandbox afterwards, as programs do that read untrusted data. The sandbox
 * forbids what the library asks the kernel for. The process is not killed, waits for nobody in vain, and keeps
 * nothing from others.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/await.h"
#include "support/child.h"
#include "support/hooks.h"
#include "support/items.h"
#include "support/sandbox.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static const enum sandbox_rule every_rule[] = {SANDBOX_OFD_LOCKS, SANDBOX_MEMBARRIER, SANDBOX_MADVISE};
enum { RULES = sizeof every_rule / sizeof *every_rule };

static struct queue_fixture *scene;
static struct flag *entered, *died;
static enum sandbox_rule rule;

static void begin(void **state)
{
    sandbox_skip_without();
    scene = *state;
    entered = flag_new();
    died = flag_new();
}

/* ---------------------------------------------------------------------------------------- a lock of a dead process */

static int take_and_stop_with_the_head(void *nothing)
{
    (void)nothing;
    uint64_t number = 0;
    CHILD_CHECK(ipcq_size(scene->queue, &number) == IPCQ_OK); /* attaches */
    ipcq_test_stop_at("head_locked");
    get_number(scene->queue, &number, NULL, IPCQ_NOWAIT);
    return 1;
}

static int put_and_stop_with_the_tail(void *nothing)
{
    (void)nothing;
    uint64_t number = 0;
    CHILD_CHECK(ipcq_size(scene->queue, &number) == IPCQ_OK);
    ipcq_test_stop_at("tail_locked");
    put_number(scene->queue, 9, IPCQ_NOWAIT);
    return 1;
}

static int meet_both_locks(void *nothing)
{
    (void)nothing;
    uint64_t number = 0;
    CHILD_CHECK(ipcq_size(scene->queue, &number) == IPCQ_OK && number == 1);
    CHILD_CHECK(sandbox_enter(SANDBOX_OFD_LOCKS) == 0);
    flag_raise(entered);
    flag_await(died);
    CHILD_CHECK(get_number(scene->queue, &number, NULL, IPCQ_NOWAIT) == IPCQ_SYSTEM);
    CHILD_CHECK(get_number(scene->queue, &number, NULL, IPCQ_FOREVER) == IPCQ_SYSTEM);
    CHILD_CHECK(put_number(scene->queue, 9, IPCQ_NOWAIT) == IPCQ_SYSTEM);
    CHILD_CHECK(put_number(scene->queue, 9, IPCQ_FOREVER) == IPCQ_SYSTEM);
    CHILD_CHECK(ipcq_shutdown(scene->queue, IPCQ_DRAIN) == IPCQ_SYSTEM);
    CHILD_CHECK(ipcq_size(scene->queue, &number) == IPCQ_OK && number == 1);
    CHILD_CHECK(ipcq_close(scene->queue) == IPCQ_OK);
    return 0;
}

static void a_lock_of_the_dead_is_not_waited_for(void **state)
{
    begin(state);
    uint64_t number = 0;
    assert_ok(put_number(scene->queue, 7, IPCQ_NOWAIT));
    pid_t getter = child_start(take_and_stop_with_the_head, NULL),
          putter = child_start(put_and_stop_with_the_tail, NULL);
    assert_true(child_wait_stopped(getter) && child_wait_stopped(putter));
    pid_t sandboxed = child_start(meet_both_locks, NULL);
    flag_await(entered);
    child_kill(getter);
    child_kill(putter);
    flag_raise(died);
    assert_int_equal(child_wait(sandboxed), 0);
    assert_ok(get_number(scene->queue, &number, NULL, IPCQ_FOREVER));
    assert_int_equal(number, 7);
    assert_ok(put_number(scene->queue, 8, IPCQ_NOWAIT));
    assert_holds(scene->queue, 1, 1);
}

/* --------------------------------------------------------------------------------- leases of a process in a sandbox */

static int take_one(bool close_it)
{
    uint64_t number = 0;
    CHILD_CHECK(ipcq_size(scene->queue, &number) == IPCQ_OK);
    CHILD_CHECK(sandbox_enter(rule) == 0);
    CHILD_CHECK(get_number(scene->queue, &number, NULL, IPCQ_NOWAIT) == IPCQ_OK && number == 7);
    flag_raise(entered);
    if (close_it)
        CHILD_CHECK(ipcq_close(scene->queue) == IPCQ_OK);
    while (!close_it)
        pause();
    return 0;
}

static int take_one_and_close(void *nothing)
{
    (void)nothing;
    return take_one(true);
}

static int take_one_and_stay(void *nothing)
{
    (void)nothing;
    return take_one(false);
}

static void its_items_come_back_when_it_closes_or_dies(void **state)
{
    begin(state);
    for (int i = 0; i < RULES; ++i) {
        uint64_t number = 0;
        ipcq_item item;
        rule = every_rule[i];
        assert_ok(put_number(scene->queue, 7, IPCQ_NOWAIT));
        assert_int_equal(child_run(take_one_and_close, NULL), 0);
        assert_holds(scene->queue, 1, 0);
        flag_free(entered);
        entered = flag_new();
        pid_t taker = child_start(take_one_and_stay, NULL);
        flag_await(entered);
        child_kill(taker);
        assert_ok(get_number(scene->queue, &number, &item, IPCQ_FOREVER));
        assert_int_equal(item.deliveries, 2);
        assert_ok(ipcq_task_done(scene->queue, item.ticket));
        assert_ok(ipcq_join(scene->queue, IPCQ_FOREVER));
    }
}

/* ------------------------------------------------------------------------------- a child of a process in a sandbox */

static int look(void *nothing)
{
    (void)nothing;
    uint64_t number = 0;
    return -ipcq_size(scene->queue, &number);
}

static int open_anew(void *nothing)
{
    (void)nothing;
    ipcq_t *queue = NULL;
    int code = ipcq_open(&queue, scene->name, NULL);
    return queue == NULL || code == IPCQ_OK ? -code : 1;
}

static int fork_in_it(void *nothing)
{
    (void)nothing;
    uint64_t number = 0;
    CHILD_CHECK(ipcq_size(scene->queue, &number) == IPCQ_OK);
    CHILD_CHECK(sandbox_enter(rule) == 0);
    const int refused = rule == SANDBOX_MEMBARRIER ? IPCQ_OK : IPCQ_DENIED; /* the errno is EPERM */
    CHILD_CHECK(child_run(look, NULL) == -refused);
    CHILD_CHECK(child_run(open_anew, NULL) == -refused);
    CHILD_CHECK(ipcq_size(scene->queue, &number) == IPCQ_OK);
    CHILD_CHECK(ipcq_close(scene->queue) == IPCQ_OK);
    return 0;
}

static void a_child_that_cannot_become_a_participant_is_told_so(void **state)
{
    begin(state);
    for (int i = 0; i < RULES; ++i) {
        rule = every_rule[i];
        assert_int_equal(child_run(fork_in_it, NULL), 0);
        ipcq_t *again = queue_open_again(scene); /* reaps */
        assert_int_equal(stats_of(again).participants, 2);
        assert_ok(ipcq_close(again));
    }
}

/* ------------------------------------------------------------------------------------- close beside other threads */

enum { ROUNDS = 30, SLEEPERS = 2, WORKERS = 2 };

static atomic_int working;

static void *sleep_in_get(void *queue)
{
    uint64_t number = 0;
    atomic_fetch_add(&working, 1);
    return (void *)(intptr_t)ipcq_get_item(queue, &number, sizeof number, &(ipcq_item){0}, IPCQ_ACCEPT(5), NULL);
}

/* Until the handle is closed. */
static void *work(void *queue)
{
    uint64_t number = 0;
    int code = IPCQ_OK;
    atomic_fetch_add(&working, 1);
    while (code == IPCQ_OK || code == IPCQ_EMPTY || code == IPCQ_FULL || code == IPCQ_BUSY || code == IPCQ_WRONGTYPE) {
        code = put_number(queue, 1, IPCQ_NOWAIT);
        if (code == IPCQ_OK)
            code = get_number(queue, &number, NULL, IPCQ_NOWAIT);
    }
    return (void *)(intptr_t)code;
}

static int close_beside_threads(void *nothing)
{
    (void)nothing;
    for (int round = 0; round < ROUNDS; ++round) {
        ipcq_t *queue = NULL;
        pthread_t threads[SLEEPERS + WORKERS];
        atomic_store(&working, 0);
        CHILD_CHECK(ipcq_open(&queue, scene->name, NULL) == IPCQ_OK);
        for (int i = 0; i < SLEEPERS; ++i)
            CHILD_CHECK(pthread_create(&threads[i], NULL, sleep_in_get, queue) == 0);
        if (round == 0) /* these threads have called before; those of later rounds begin in the sandbox */
            await_getters(queue, SLEEPERS);
        if (round == 0)
            CHILD_CHECK(sandbox_enter(SANDBOX_MEMBARRIER) == 0);
        for (int i = SLEEPERS; i < SLEEPERS + WORKERS; ++i)
            CHILD_CHECK(pthread_create(&threads[i], NULL, work, queue) == 0);
        while (atomic_load(&working) < SLEEPERS + WORKERS)
            sched_yield();
        usleep(200 * (unsigned)round);
        CHILD_CHECK(ipcq_close(queue) == IPCQ_OK);
        for (int i = 0; i < SLEEPERS + WORKERS; ++i) {
            void *answer = NULL;
            CHILD_CHECK(pthread_join(threads[i], &answer) == 0);
            const int code = (int)(intptr_t)answer;
            CHILD_CHECK(code == IPCQ_BADHANDLE || (i < SLEEPERS && code == IPCQ_WRONGTYPE));
        }
    }
    return 0;
}

static void close_waits_for_the_calls_of_other_threads(void **state)
{
    begin(state);
    assert_int_equal(child_run(close_beside_threads, NULL), 0);
    assert_int_equal(stats_of(scene->queue).participants, 1);
    assert_int_equal(stats_of(scene->queue).taken, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(a_lock_of_the_dead_is_not_waited_for, JOINABLE),
        QUEUE_TEST(its_items_come_back_when_it_closes_or_dies, JOINABLE),
        QUEUE_TEST(a_child_that_cannot_become_a_participant_is_told_so, JOINABLE),
        QUEUE_TEST(close_waits_for_the_calls_of_other_threads, JOINABLE, .max_items = 8),
        QUEUE_TEST(close_waits_for_the_calls_of_other_threads, PLAIN, .max_items = 8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
