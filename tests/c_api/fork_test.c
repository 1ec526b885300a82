/* SPDX-License-Identifier: Apache-2.0 */
#include "support/await.h"
#include "support/child.h"
#include "support/items.h"

#include <pthread.h>
#include <unistd.h>

static int put_from_child(void *queue)
{
    CHILD_CHECK(ipcq_put(queue, "from the child", 14, IPCQ_NOWAIT) == IPCQ_OK);
    return 0;
}

static void the_child_uses_the_handle_it_inherited(void **state)
{
    struct queue_fixture *fixture = *state;
    assert_int_equal(child_run(put_from_child, fixture->queue), 0);
    get_word(fixture->queue, "from the child");
}

static int see_two_participants(void *queue)
{
    ipcq_participant list[4];
    size_t count = 0, own = 0;
    CHILD_CHECK(stats_of(queue).participants == 2);
    CHILD_CHECK(ipcq_participants(queue, list, 4, &count) == IPCQ_OK && count == 2);
    for (size_t i = 0; i < count; ++i)
        if (list[i].self) {
            ++own;
            CHILD_CHECK(list[i].pid == getpid());
        }
    CHILD_CHECK(own == 1);
    return 0;
}

static void the_child_becomes_a_participant_of_its_own(void **state)
{
    struct queue_fixture *fixture = *state;
    assert_int_equal(stats_of(fixture->queue).participants, 1);
    assert_int_equal(child_run(see_two_participants, fixture->queue), 0);
    await_participants(fixture->queue, 1);
}

struct inheritance {
    ipcq_t *queue;
    uint64_t ticket;
};

static int try_to_finish(void *argument)
{
    struct inheritance *parent = argument;
    CHILD_CHECK(ipcq_task_done(parent->queue, parent->ticket) == IPCQ_INHERITED);
    CHILD_CHECK(ipcq_nack(parent->queue, parent->ticket) == IPCQ_INHERITED);
    CHILD_CHECK(ipcq_task_done(parent->queue, IPCQ_OLDEST) == IPCQ_INHERITED);
    CHILD_CHECK(ipcq_task_done(parent->queue, IPCQ_OLDEST_OF_THREAD) == IPCQ_INHERITED);
    CHILD_CHECK(ipcq_task_done(parent->queue, IPCQ_ONLY_OF_THREAD) == IPCQ_INHERITED);
    CHILD_CHECK(ipcq_nack(parent->queue, IPCQ_OLDEST) == IPCQ_INHERITED);
    return 0;
}

static void what_the_parent_took_stays_the_parents(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "taken");
    put_word(fixture->queue, "ready");
    struct inheritance parent = {fixture->queue, get_word(fixture->queue, "taken").ticket};
    assert_int_equal(child_run(try_to_finish, &parent), 0);
    assert_holds(fixture->queue, 1, 1);
    assert_int_equal(stats_of(fixture->queue).recovered, 0);
    assert_ok(ipcq_task_done(fixture->queue, parent.ticket));
}

static int close_inherited(void *queue) { return ipcq_close(queue) == IPCQ_OK ? 0 : 1; }

static int close_used(void *queue)
{
    CHILD_CHECK(stats_of(queue).items == 1);
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK);
    CHILD_CHECK(ipcq_put(queue, "x", 1, IPCQ_NOWAIT) == IPCQ_BADHANDLE);
    return 0;
}

static void closing_in_the_child_closes_nothing_of_the_parent(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "taken");
    put_word(fixture->queue, "ready");
    get_word(fixture->queue, "taken");
    assert_int_equal(child_run(close_inherited, fixture->queue), 0);
    assert_int_equal(child_run(close_used, fixture->queue), 0);
    assert_holds(fixture->queue, 1, 1);
    assert_ok(ipcq_task_done(fixture->queue, IPCQ_OLDEST));
    get_word(fixture->queue, "ready");
}

static int close_in_grandchild(void *queue)
{
    CHILD_CHECK(ipcq_put(queue, "from the child", 14, IPCQ_NOWAIT) == IPCQ_OK);
    CHILD_CHECK(child_run(put_from_child, queue) == 0);
    CHILD_CHECK(ipcq_put(queue, "from the child", 14, IPCQ_NOWAIT) == IPCQ_OK);
    return 0;
}

static void a_grandchild_works_too(void **state)
{
    struct queue_fixture *fixture = *state;
    assert_int_equal(child_run(close_in_grandchild, fixture->queue), 0);
    for (int i = 0; i < 3; ++i)
        get_word(fixture->queue, "from the child");
}

enum { THREADS = 3, TURNS = 20 };

static pthread_barrier_t together;

static void *put_and_get_at_once(void *queue)
{
    int failures = 0;
    pthread_barrier_wait(&together);
    for (uint64_t i = 0; i < TURNS; ++i) {
        uint64_t number = 0;
        failures += put_number(queue, i, IPCQ_FOREVER) != IPCQ_OK;
        failures += get_number(queue, &number, NULL, IPCQ_FOREVER) != IPCQ_OK;
    }
    return (void *)(intptr_t)failures;
}

static int call_from_all_threads_at_once(void *queue)
{
    pthread_t threads[THREADS];
    void *failures = NULL;
    CHILD_CHECK(pthread_barrier_init(&together, NULL, THREADS) == 0);
    for (int i = 0; i < THREADS; ++i)
        CHILD_CHECK(pthread_create(&threads[i], NULL, put_and_get_at_once, queue) == 0);
    for (int i = 0; i < THREADS; ++i) {
        pthread_join(threads[i], &failures);
        CHILD_CHECK(failures == NULL);
    }
    CHILD_CHECK(stats_of(queue).participants == 2);
    return 0;
}

/* ThreadSanitizer looks at what they share. */
static void the_first_calls_of_a_child_may_come_from_all_its_threads_at_once(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "the parent's");
    get_word(fixture->queue, "the parent's");
    for (int round = 0; round < 10; ++round)
        assert_int_equal(child_run(call_from_all_threads_at_once, fixture->queue), 0);
    assert_holds(fixture->queue, 0, 0);
}

static struct flag *parent_has_closed;

/* An anonymous queue is gone for good only when the last of the family is. */
static int keep_anonymous_alive(void *queue)
{
    char path[240] = "/dev/shm/ipcq.";
    uint64_t number = 0;
    CHILD_CHECK(ipcq_name(queue, path + 14, sizeof path - 14) == IPCQ_OK);
    CHILD_CHECK(get_number(queue, &number, NULL, IPCQ_FOREVER) == IPCQ_OK && number == 1);
    flag_await(parent_has_closed);
    CHILD_CHECK(access(path, F_OK) == 0);
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK);
    CHILD_CHECK(access(path, F_OK) == -1);
    return 0;
}

static void an_anonymous_queue_lives_as_long_as_a_child_uses_it(void **state)
{
    struct queue_fixture *fixture = *state;
    parent_has_closed = flag_new();
    assert_ok(ipcq_open(&fixture->queue, NULL, NULL));
    pid_t child = child_start(keep_anonymous_alive, fixture->queue);
    await_getters(fixture->queue, 1);
    assert_ok(put_number(fixture->queue, 1, IPCQ_NOWAIT));
    assert_ok(ipcq_close(fixture->queue));
    fixture->queue = NULL;
    flag_raise(parent_has_closed);
    assert_int_equal(child_wait(child), 0);
    flag_free(parent_has_closed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(the_child_uses_the_handle_it_inherited, PLAIN),
        QUEUE_TEST(the_child_becomes_a_participant_of_its_own, PLAIN),
        QUEUE_TEST(what_the_parent_took_stays_the_parents, JOINABLE),
        QUEUE_TEST(closing_in_the_child_closes_nothing_of_the_parent, JOINABLE),
        QUEUE_TEST(a_grandchild_works_too, PLAIN),
        QUEUE_TEST(the_first_calls_of_a_child_may_come_from_all_its_threads_at_once, PLAIN),
        NAME_TEST(an_anonymous_queue_lives_as_long_as_a_child_uses_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
