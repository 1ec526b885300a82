/*
 * A handle opened before fork() in a busy process: children work with it at once, while the parent's threads go on.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/await.h"
#include "support/child.h"
#include "support/items.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

enum { THREADS = 2, CHILDREN = 20, ITEMS_EACH = 500 };

static ipcq_t *busy;
static atomic_int stop;
static atomic_int failures;

static void *put_and_get(void *nothing)
{
    while (!atomic_load(&stop)) {
        uint64_t number = 0;
        if (put_number(busy, 0, IPCQ_FOREVER) != IPCQ_OK || get_number(busy, &number, NULL, IPCQ_FOREVER) != IPCQ_OK)
            atomic_fetch_add(&failures, 1);
    }
    return nothing;
}

static int put_and_get_in_child(void *queue)
{
    for (int i = 0; i < ITEMS_EACH; ++i) {
        uint64_t number = 0;
        CHILD_CHECK(put_number(queue, 0, IPCQ_FOREVER) == IPCQ_OK);
        CHILD_CHECK(get_number(queue, &number, NULL, IPCQ_FOREVER) == IPCQ_OK);
    }
    return 0;
}

static void children_of_a_busy_process_work(void **state)
{
    struct queue_fixture *fixture = *state;
    pthread_t threads[THREADS];
    int answers[CHILDREN];
    busy = fixture->queue;
    for (int i = 0; i < THREADS; ++i)
        assert_int_equal(pthread_create(&threads[i], NULL, put_and_get, NULL), 0);
    for (int i = 0; i < CHILDREN; i += 2) {
        pid_t first = child_start(put_and_get_in_child, fixture->queue);
        pid_t second = child_start(put_and_get_in_child, fixture->queue);
        answers[i] = child_wait(first);
        answers[i + 1] = child_wait(second);
    }
    atomic_store(&stop, 1);
    for (int i = 0; i < THREADS; ++i)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < CHILDREN; ++i)
        assert_int_equal(answers[i], 0);
    assert_int_equal(atomic_load(&failures), 0);
    assert_holds(fixture->queue, 0, 0);
}

struct family {
    struct queue_fixture *fixture;
    struct flag *go_on;
};

/* Not by child_start(), whose children die with their parent: this one must outlive it. */
static void start_grandchild(ipcq_t *queue, struct flag *go_on)
{
    if (fork() != 0)
        return;
    alarm(TEST_SECONDS);
    flag_await(go_on);
    _exit(put_number(queue, 10, IPCQ_NOWAIT) == IPCQ_OK ? 0 : 1);
}

static int open_take_fork_and_die(void *argument)
{
    struct family *family = argument;
    uint64_t number = 0;
    ipcq_t *queue = NULL;
    CHILD_CHECK(ipcq_open(&queue, family->fixture->name, NULL) == IPCQ_OK);
    CHILD_CHECK(get_number(queue, &number, NULL, IPCQ_NOWAIT) == IPCQ_OK && number == 9);
    start_grandchild(queue, family->go_on);
    return 0;
}

/* The grandchild inherits the handle and is alive, but that does not make its dead parent alive. */
static void the_dead_are_not_kept_alive_by_their_children(void **state)
{
    struct queue_fixture *fixture = *state;
    struct family family = {fixture, flag_new()};
    uint64_t number = 0;
    assert_ok(put_number(fixture->queue, 9, IPCQ_NOWAIT));
    assert_int_equal(child_run(open_take_fork_and_die, &family), 0);
    await_recovered(fixture->queue, 1);
    assert_ok(get_number(fixture->queue, &number, NULL, IPCQ_NOWAIT));
    assert_int_equal(number, 9);
    flag_raise(family.go_on);
    assert_ok(get_number(fixture->queue, &number, NULL, IPCQ_FOREVER));
    assert_int_equal(number, 10);
    flag_free(family.go_on);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(children_of_a_busy_process_work, PLAIN),
        QUEUE_TEST(the_dead_are_not_kept_alive_by_their_children, JOINABLE),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
