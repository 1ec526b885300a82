/*
 * pthread_cancel() of a thread that works with a queue. A call that may wait can end a cancelled thread at its
 * beginning. No call is cancelled later, neither at a system call that the library makes nor in a wait.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/await.h"
#include "support/items.h"
#include "support/library_calls.h"
#include "support/scenes.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

/* The point at the beginning of the calls that may wait. While `whole_scene` is set it is passed over, so that a
 * request stays pending through all calls of a scene, and would act at any other point. */
static bool whole_scene;

void pthread_testcancel(void)
{
    static void (*real)(void);
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "pthread_testcancel");
    if (!whole_scene)
        real();
}

/* -------------------------------------------------------------------------- a request before each call */

enum { NO_ANSWER = 1 }; /* no code */

static struct {
    const struct scene *scene;
    ipcq_t *queue;
    unsigned at;
    int answer;
    bool struck;
} act; /* static, since the thread may end in the midst of it */

static void cancel_this_thread(void) { pthread_cancel(pthread_self()); }

static void *act_and_end(void *argument)
{
    (void)argument;
    library_calls_arm(act.at, cancel_this_thread);
    const int answer = act.scene->act(act.queue);
    act.struck = library_calls_disarm();
    act.answer = answer;
    return NULL;
}

static int in_a_thread(const struct scene *scene, ipcq_t *queue, unsigned at, bool *out_struck)
{
    pthread_t thread;
    act.scene = scene;
    act.queue = queue;
    act.at = at;
    act.answer = NO_ANSWER;
    whole_scene = true;
    if (pthread_create(&thread, NULL, act_and_end, NULL) != 0)
        return 1;
    pthread_join(thread, NULL);
    library_calls_disarm();
    whole_scene = false;
    *out_struck = act.struck;
    return act.answer;
}

static void no_call_is_cancelled_in_the_middle(void **state) { scenes_run(*state, in_a_thread); }

static void a_first_open_is_not_cancelled_in_the_middle(void **state) { scenes_run_first_open(*state, in_a_thread); }

/* ------------------------------------------------------------------------------ a request before the call */

enum { LARGE = 10000 }; /* not for the quick way of put and get */

static ipcq_t *used;
static const char *used_name;
static char bytes[LARGE];
static void *reserved;
static uint64_t ticket;

static int call_open(void)
{
    ipcq_t *queue = NULL;
    return ipcq_open(&queue, used_name, NULL);
}
static int call_put(void) { return ipcq_put(used, bytes, LARGE, IPCQ_NOWAIT); }
static int call_put_typed(void) { return ipcq_put_typed(used, bytes, LARGE, IPCQ_TYPE_BYTES, NULL); }
static int call_put_many(void)
{
    const ipcq_message message = {.data = bytes, .size = 1};
    size_t count = 0;
    return ipcq_put_many(used, &message, 1, &count, NULL);
}
static int call_get(void)
{
    size_t size = 0;
    return ipcq_get(used, bytes, LARGE, &size, IPCQ_NOWAIT);
}
static int call_get_item(void)
{
    ipcq_item item;
    return ipcq_get_item(used, bytes, LARGE, &item, IPCQ_ACCEPT_ALL, NULL);
}
static int call_get_alloc(void)
{
    void *data = NULL;
    ipcq_item item;
    return ipcq_get_alloc(used, &data, &item, IPCQ_ACCEPT_ALL, NULL);
}
static int call_get_many(void)
{
    ipcq_view view;
    size_t count = 0;
    return ipcq_get_many(used, bytes, LARGE, &view, 1, &count, IPCQ_ACCEPT_ALL, NULL);
}
static int call_reserve(void) { return ipcq_reserve(used, LARGE, &reserved, NULL); }
static int call_commit(void) { return ipcq_commit(used, reserved, 1, IPCQ_TYPE_BYTES, NULL); }
static int call_borrow(void)
{
    ipcq_view view;
    return ipcq_borrow(used, &view, IPCQ_ACCEPT_ALL, NULL);
}
static int call_join(void) { return ipcq_join(used, IPCQ_NOWAIT); }
static int call_join_wait(void) { return ipcq_join_wait(used, NULL); }

static int call_task_done(void) { return ipcq_task_done(used, ticket); }
static int call_nack(void) { return ipcq_nack(used, ticket); }
static int call_release(void) { return ipcq_release(used, ticket); }
static int call_abandon(void) { return ipcq_abandon(used, reserved); }
static int call_unlink(void) { return ipcq_unlink(used_name); }
static int call_size(void)
{
    uint64_t items = 0;
    return ipcq_size(used, &items);
}
static int call_full(void)
{
    int full = 0;
    return ipcq_full(used, &full);
}
static int call_stat(void)
{
    ipcq_stats stats = {.struct_size = sizeof stats};
    return ipcq_stat(used, &stats);
}
static int call_participants(void)
{
    size_t count = 0;
    return ipcq_participants(used, NULL, 0, &count);
}
static int call_name(void) { return ipcq_name(used, bytes, LARGE); }
static int call_describe(void) { return ipcq_describe(used, IPCQ_FULL, bytes, LARGE); }
static int call_shutdown(void) { return ipcq_shutdown(used, IPCQ_DRAIN); }
static int call_close(void) { return ipcq_close(used); }

struct function {
    const char *name;
    int (*call)(void);
};

static const struct function that_may_end_a_thread[] = {
    {"open", call_open},           {"put", call_put},           {"put_typed", call_put_typed},
    {"put_many", call_put_many},   {"get", call_get},           {"get_item", call_get_item},
    {"get_alloc", call_get_alloc}, {"get_many", call_get_many}, {"reserve", call_reserve},
    {"commit", call_commit},       {"borrow", call_borrow},     {"join", call_join},
    {"join_wait", call_join_wait},
};

/* Each answers, and the next one finds the queue as the one before it left it. */
static const struct function that_end_no_thread[] = {
    {"nack", call_nack},
    {"size", call_size},
    {"full", call_full},
    {"stat", call_stat},
    {"participants", call_participants},
    {"name", call_name},
    {"describe", call_describe},
    {"abandon", call_abandon},
    {"task_done", call_task_done},
    {"release", call_release},
    {"unlink", call_unlink},
    {"shutdown", call_shutdown},
    {"close", call_close},
};

static int answer;

static void *call_cancelled(void *function)
{
    call_size(); /* not the thread's first call */
    cancel_this_thread();
    answer = NO_ANSWER;
    answer = ((const struct function *)function)->call();
    pthread_testcancel();
    return NULL;
}

static void *end_of(const struct function *function)
{
    pthread_t thread;
    void *end = NULL;
    assert_int_equal(pthread_create(&thread, NULL, call_cancelled, (void *)function), 0);
    pthread_join(thread, &end);
    return end;
}

static void a_call_that_may_wait_ends_a_cancelled_thread_with_nothing_changed(void **state)
{
    struct queue_fixture *fixture = *state;
    used = fixture->queue;
    used_name = fixture->name;
    memset(bytes, 'x', LARGE);
    assert_ok(call_reserve());
    assert_ok(call_put());
    for (unsigned i = 0; i < sizeof that_may_end_a_thread / sizeof *that_may_end_a_thread; ++i) {
        assert_ok(call_put()); /* a large item comes first, so that a get has more to do than the quick way */
        assert_ptr_equal(end_of(&that_may_end_a_thread[i]), PTHREAD_CANCELED);
        if (answer != NO_ANSWER)
            print_error("%s\n", that_may_end_a_thread[i].name);
        assert_int_equal(answer, NO_ANSWER);
        assert_holds(used, i + 2, 0);
        assert_int_equal(stats_of(used).participants, 1);
    }
    assert_ok(call_commit());
}

static void other_calls_answer_in_a_cancelled_thread(void **state)
{
    struct queue_fixture *fixture = *state;
    used = fixture->queue;
    used_name = fixture->name;
    assert_ok(call_reserve());
    ticket = IPCQ_OLDEST;
    for (unsigned i = 0; i < sizeof that_end_no_thread / sizeof *that_end_no_thread; ++i) {
        const struct function *function = &that_end_no_thread[i];
        if (function->call == call_nack || function->call == call_task_done || function->call == call_release) {
            assert_ok(call_put());
            assert_ok(call_get());
        }
        assert_ptr_equal(end_of(function), PTHREAD_CANCELED);
        if (answer != IPCQ_OK)
            print_error("%s\n", function->name);
        assert_code(answer, IPCQ_OK);
    }
    fixture->queue = NULL;
}

/* -------------------------------------------------------------------------------------------------- loops */

static void *work_for_ever(void *argument)
{
    (void)argument;
    for (;;) {
        call_put();
        call_get();
    }
    return NULL;
}

static void *open_for_ever(void *argument)
{
    (void)argument;
    for (;;) {
        ipcq_t *queue = NULL;
        if (ipcq_open(&queue, used_name, NULL) == IPCQ_OK)
            ipcq_close(queue);
    }
    return NULL;
}

static void *poll_for_ever(void *argument)
{
    (void)argument;
    for (;;) {
        size_t size = 0;
        ipcq_get(used, bytes, LARGE, &size, ipcq_deadline(0.001));
    }
    return NULL;
}

static void a_thread_that_loops_over_calls_ends(void **state)
{
    struct queue_fixture *fixture = *state;
    void *(*const loops[])(void *) = {work_for_ever, open_for_ever, poll_for_ever};
    used = fixture->queue;
    used_name = fixture->name;
    for (int round = 0; round < 30; ++round) {
        pthread_t thread;
        void *end = NULL;
        assert_int_equal(pthread_create(&thread, NULL, loops[round % 3], NULL), 0);
        usleep((useconds_t)(round * 100));
        pthread_cancel(thread);
        pthread_join(thread, &end);
        assert_ptr_equal(end, PTHREAD_CANCELED);
        assert_int_equal(stats_of(used).participants, 1);
        assert_int_equal(stats_of(used).getters_waiting, 0);
        while (call_get() == IPCQ_OK)
            continue;
    }
    assert_holds(used, 0, 0);
}

static void *get_one(void *argument)
{
    uint64_t number = 0;
    (void)argument;
    answer = NO_ANSWER;
    answer = get_number(used, &number, NULL, IPCQ_FOREVER);
    pthread_testcancel();
    return NULL;
}

static void a_wait_goes_on_in_a_cancelled_thread(void **state)
{
    struct queue_fixture *fixture = *state;
    pthread_t thread;
    void *end = NULL;
    used = fixture->queue;
    assert_int_equal(pthread_create(&thread, NULL, get_one, NULL), 0);
    await_getters(used, 1);
    pthread_cancel(thread);
    await_getters(used, 1);
    assert_ok(put_number(used, 1, IPCQ_NOWAIT));
    pthread_join(thread, &end);
    assert_ptr_equal(end, PTHREAD_CANCELED);
    assert_code(answer, IPCQ_OK);
    assert_holds(used, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAME_TEST(a_first_open_is_not_cancelled_in_the_middle), /* before the process has opened any */
        QUEUE_TEST(no_call_is_cancelled_in_the_middle, PLAIN, .capacity_bytes = SCENES_CAPACITY),
        QUEUE_TEST(no_call_is_cancelled_in_the_middle, JOINABLE, .capacity_bytes = SCENES_CAPACITY),
        QUEUE_TEST(a_call_that_may_wait_ends_a_cancelled_thread_with_nothing_changed, JOINABLE),
        QUEUE_TEST(other_calls_answer_in_a_cancelled_thread, JOINABLE),
        QUEUE_TEST(a_thread_that_loops_over_calls_ends, PLAIN),
        QUEUE_TEST(a_wait_goes_on_in_a_cancelled_thread, PLAIN),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
