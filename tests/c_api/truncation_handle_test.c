/* SPDX-License-Identifier: Apache-2.0
 *
 * Whom a cut concerns, and when: several queues and handles, forked children, sleepers, a stream. Each test asks for
 * the guard in a child, which also opens the queue: an unguarded handle of the test could not be closed. */
#include "support/await.h"
#include "support/child.h"
#include "support/items.h"
#include "support/object.h"
#include "support/random.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

enum { DATA = 16384 }; /* what core/layout/FORMAT.md says of a queue with these numbers */

static int open_small(struct queue_fixture *fixture)
{
    const ipcq_options options = {.flags = IPCQ_JOINABLE, .capacity_bytes = 64 << 10, .max_participants = 64};
    return queue_open_with(fixture, &fixture->queue, options);
}

static int cut(struct queue_fixture *fixture, size_t size) { return object_truncate(fixture->path, size); }

static int put(ipcq_t *queue) { return put_number(queue, 1, IPCQ_FOREVER); }

static int get(ipcq_t *queue)
{
    uint64_t number = 0;
    return get_number(queue, &number, NULL, IPCQ_FOREVER);
}

static int join(ipcq_t *queue) { return ipcq_join(queue, IPCQ_FOREVER); }

static bool is_corrupt(ipcq_t *queue)
{
    uint64_t items = 0;
    return put(queue) == IPCQ_CORRUPT && get(queue) == IPCQ_CORRUPT && ipcq_size(queue, &items) == IPCQ_CORRUPT;
}

static int two_queues(void *argument)
{
    struct queue_fixture *fixture = argument;
    char name[200];
    ipcq_t *other = NULL, *again = NULL;
    ipcq_guard_truncation();
    CHILD_CHECK(open_small(fixture) == IPCQ_OK);
    CHILD_CHECK(ipcq_open(&other, NULL, NULL) == IPCQ_OK);
    CHILD_CHECK(ipcq_open(&again, fixture->name, NULL) == IPCQ_OK);
    CHILD_CHECK(put(fixture->queue) == IPCQ_OK && put(other) == IPCQ_OK && put(other) == IPCQ_OK);
    CHILD_CHECK(cut(fixture, 100) == 0);
    CHILD_CHECK(is_corrupt(fixture->queue));
    CHILD_CHECK(put(other) == IPCQ_OK && get(other) == IPCQ_OK);
    CHILD_CHECK(is_corrupt(again));
    CHILD_CHECK(ipcq_close(fixture->queue) == IPCQ_OK && ipcq_close(again) == IPCQ_OK);
    CHILD_CHECK(ipcq_open(&again, fixture->name, NULL) == IPCQ_TRUNCATED);
    CHILD_CHECK(get(other) == IPCQ_OK);
    CHILD_CHECK(ipcq_name(other, name, sizeof name) == IPCQ_OK && ipcq_close(other) == IPCQ_OK);
    CHILD_CHECK(ipcq_unlink(name) == IPCQ_NOTFOUND); /* anonymous: it went with its last participant */
    return 0;
}

static void other_queues_go_on(void **state) { assert_int_equal(child_run(two_queues, *state), 0); }

static int many_handles(void *argument)
{
    enum { MANY = 400 }; /* more than one page of the guard's notes */
    struct queue_fixture *fixture = argument;
    static ipcq_t *queues[MANY];
    const ipcq_options options = {.max_participants = MANY};
    ipcq_guard_truncation();
    CHILD_CHECK(queue_open_with(fixture, &queues[0], options) == IPCQ_OK);
    for (int i = 1; i < MANY; ++i)
        CHILD_CHECK(ipcq_open(&queues[i], fixture->name, NULL) == IPCQ_OK);
    for (int i = 0; i < MANY; i += 2)
        CHILD_CHECK(ipcq_close(queues[i]) == IPCQ_OK);
    for (int i = 0; i < MANY; i += 4)
        CHILD_CHECK(ipcq_open(&queues[i], fixture->name, NULL) == IPCQ_OK);
    CHILD_CHECK(cut(fixture, 0) == 0);
    for (int i = 0; i < MANY; ++i)
        if (i % 2 == 1 || i % 4 == 0)
            CHILD_CHECK(is_corrupt(queues[i]) && ipcq_close(queues[i]) == IPCQ_OK);
    return 0;
}

static void any_number_of_handles_is_guarded(void **state) { assert_int_equal(child_run(many_handles, *state), 0); }

static int use_until_corrupt(void *argument)
{
    struct queue_fixture *fixture = argument;
    CHILD_CHECK(put(fixture->queue) == IPCQ_OK);
    CHILD_CHECK(cut(fixture, 0) == 0);
    return !is_corrupt(fixture->queue) || ipcq_close(fixture->queue) != IPCQ_OK;
}

static int use_what_was_cut(void *argument)
{
    struct queue_fixture *fixture = argument;
    return !is_corrupt(fixture->queue) || ipcq_close(fixture->queue) != IPCQ_OK;
}

static int guarded_parent(void *argument)
{
    struct queue_fixture *fixture = argument;
    ipcq_guard_truncation();
    CHILD_CHECK(open_small(fixture) == IPCQ_OK && put(fixture->queue) == IPCQ_OK);
    CHILD_CHECK(child_run(use_until_corrupt, fixture) == 0); /* the child is guarded, as a participant of its own */
    CHILD_CHECK(child_run(use_what_was_cut, fixture) == 0);  /* cut before it attached */
    CHILD_CHECK(is_corrupt(fixture->queue));
    CHILD_CHECK(child_run(use_what_was_cut, fixture) == 0); /* inherits a broken handle */
    return ipcq_close(fixture->queue) != IPCQ_OK;
}

static void a_forked_child_is_guarded_too(void **state) { assert_int_equal(child_run(guarded_parent, *state), 0); }

/* --------------------------------------------------------------------------------------------- in the middle of it */

struct sleeper {
    int (*call)(ipcq_t *queue);
    ipcq_t *queue;
    atomic_int thread;
};

static void *sleep_in(void *argument)
{
    struct sleeper *sleeper = argument;
    atomic_store(&sleeper->thread, gettid());
    return (void *)(intptr_t)sleeper->call(sleeper->queue);
}

static bool is_waiting(ipcq_t *queue)
{
    ipcq_stats stats = stats_of(queue);
    return stats.getters_waiting + stats.putters_waiting + stats.joiners_waiting != 0;
}

/* In the kernel, not on the way there: the C library ends a process that is cut in just that moment. */
static bool is_asleep(int thread)
{
    char path[64], state = 0;
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", thread);
    FILE *file = fopen(path, "r");
    bool read = file != NULL && fscanf(file, "%*d (%*[^)]) %c", &state) == 1;
    if (file != NULL)
        fclose(file);
    return read && state == 'S';
}

static int cut_under_a_sleeper(struct queue_fixture *fixture, int (*call)(ipcq_t *queue))
{
    struct sleeper sleeper = {.call = call, .queue = fixture->queue};
    pthread_t thread;
    void *code = NULL;
    ipcq_guard_truncation();
    CHILD_CHECK(pthread_create(&thread, NULL, sleep_in, &sleeper) == 0);
    while (!is_waiting(fixture->queue) || !is_asleep(atomic_load(&sleeper.thread)))
        sched_yield();
    CHILD_CHECK(cut(fixture, 0) == 0);
    CHILD_CHECK(pthread_join(thread, &code) == 0);
    CHILD_CHECK((int)(intptr_t)code == IPCQ_CORRUPT);
    return 0;
}

static int getter_asleep(void *argument)
{
    CHILD_CHECK(open_small(argument) == IPCQ_OK);
    return cut_under_a_sleeper(argument, get);
}

static int joiner_asleep(void *argument)
{
    struct queue_fixture *fixture = argument;
    CHILD_CHECK(open_small(fixture) == IPCQ_OK && put(fixture->queue) == IPCQ_OK);
    return cut_under_a_sleeper(fixture, join);
}

static int fill_up(ipcq_t *queue)
{
    int code = IPCQ_OK;
    while (code == IPCQ_OK)
        code = ipcq_put(queue, "item", 4, IPCQ_NOWAIT);
    return code;
}

static int putter_asleep(void *argument)
{
    struct queue_fixture *fixture = argument;
    const ipcq_options options = {.max_items = 10};
    CHILD_CHECK(queue_open_with(fixture, &fixture->queue, options) == IPCQ_OK);
    CHILD_CHECK(fill_up(fixture->queue) == IPCQ_FULL);
    return cut_under_a_sleeper(fixture, put);
}

static int putter_of_bytes_asleep(void *argument)
{
    struct queue_fixture *fixture = argument;
    CHILD_CHECK(open_small(fixture) == IPCQ_OK && fill_up(fixture->queue) == IPCQ_FULL);
    return cut_under_a_sleeper(fixture, put);
}

static void sleepers_wake_up_with_corrupt(void **state)
{
    struct queue_fixture *fixture = *state;
    child_function *const asleep[] = {getter_asleep, joiner_asleep, putter_asleep, putter_of_bytes_asleep};
    for (int i = 0; i < 4; ++i) {
        assert_int_equal(child_run(asleep[i], fixture), 0);
        assert_ok(ipcq_unlink(fixture->name));
    }
}

/* Putter and getter in a stream, never asleep, in a queue that has all its memory and does not grow. */
struct race {
    struct queue_fixture *fixture;
    struct flag *running;
    ipcq_t *queue;
};

static void *stream_in(void *queue)
{
    static const char item[4000];
    int code = IPCQ_OK;
    for (size_t i = 0; code != IPCQ_CORRUPT; ++i) {
        code = ipcq_put(queue, item, i * 997 % sizeof item, IPCQ_NOWAIT);
        if (code != IPCQ_OK && code != IPCQ_FULL && code != IPCQ_BUSY && code != IPCQ_CORRUPT)
            return (void *)(intptr_t)code;
    }
    return NULL;
}

static void *stream_out(void *argument)
{
    struct race *race = argument;
    char item[4000];
    size_t size = 0;
    int code = IPCQ_OK;
    for (int i = 0; code != IPCQ_CORRUPT; ++i) {
        code = ipcq_get(race->queue, item, sizeof item, &size, IPCQ_NOWAIT);
        if (code == IPCQ_OK)
            code = ipcq_task_done(race->queue, IPCQ_OLDEST);
        if (code != IPCQ_OK && code != IPCQ_EMPTY && code != IPCQ_BUSY && code != IPCQ_CORRUPT)
            return (void *)(intptr_t)code;
        if (i == 5000)
            flag_raise(race->running);
    }
    return NULL;
}

static int stream_until_corrupt(void *argument)
{
    struct race *race = argument;
    pthread_t putter, getter;
    void *put = NULL, *got = NULL;
    signal(SIGSEGV, SIG_DFL); /* CMocka's handler would run other tests in this child */
    CHILD_CHECK(ipcq_guard_truncation() == IPCQ_OK);
    CHILD_CHECK(open_small(race->fixture) == IPCQ_OK);
    race->queue = race->fixture->queue;
    CHILD_CHECK(fill_up(race->queue) == IPCQ_FULL);
    CHILD_CHECK(pthread_create(&putter, NULL, stream_in, race->queue) == 0);
    CHILD_CHECK(pthread_create(&getter, NULL, stream_out, race) == 0);
    CHILD_CHECK(pthread_join(putter, &put) == 0 && pthread_join(getter, &got) == 0);
    CHILD_CHECK(put == NULL && got == NULL);
    CHILD_CHECK(is_corrupt(race->queue));
    return ipcq_close(race->queue) != IPCQ_OK;
}

static void a_stream_that_another_process_cuts_ends_with_corrupt(void **state)
{
    struct queue_fixture *fixture = *state;
    uint64_t seed = (uint64_t)getpid();
    int answer = 0, rounds = 0;
    int64_t end = ipcq_deadline(2);
    print_message("seed %d\n", (int)getpid());
    for (rounds = 0; answer == 0 && now_ns() < end; ++rounds) {
        struct race race = {.fixture = fixture, .running = flag_new()};
        pid_t child = child_start(stream_until_corrupt, &race);
        flag_await(race.running);
        for (uint64_t turns = random_next(&seed) % 20000; turns != 0; --turns)
            atomic_signal_fence(memory_order_seq_cst);
        assert_int_equal(cut(fixture, random_next(&seed) % (DATA + 1)), 0);
        answer = child_wait(child);
        flag_free(race.running);
        assert_ok(ipcq_unlink(fixture->name));
    }
    print_message("%d streams cut\n", rounds);
    assert_int_equal(answer, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAME_TEST(other_queues_go_on),
        NAME_TEST(any_number_of_handles_is_guarded),
        NAME_TEST(a_forked_child_is_guarded_too),
        NAME_TEST(sleepers_wake_up_with_corrupt),
        NAME_TEST(a_stream_that_another_process_cuts_ends_with_corrupt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
