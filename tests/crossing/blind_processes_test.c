/*
 * Processes that cannot ask the kernel who is dead. They closed their descriptors and the queue has lost its name, or
 * a sandbox that they entered forbids the question. They say so instead of waiting for the dead, and they keep
 * nothing from processes that can ask.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/await.h"
#include "support/child.h"
#include "support/items.h"
#include "support/sandbox.h"
#include "support/watchdog.h"

#include <unistd.h>

enum { POLLERS = 4, OTHER_TYPE = 5, FULL_AT = 2, FEW = 8, CROWD = 600, STEADY_NS = 300000000 };

static const ipcq_wait now = {.deadline_ns = IPCQ_NOWAIT};

struct scene {
    ipcq_t *queue;
    bool sandboxed;              /* else the descriptors are closed */
    struct flag *nameless, *end; /* the queue has lost its name; the test is over */
    struct flag *blind[POLLERS]; /* a poller says that it is */
    int poller;
};
static struct scene scene;

static void begin_scene(struct queue_fixture *fixture, bool sandboxed)
{
    if (sandboxed)
        sandbox_skip_without();
    scene = (struct scene){.queue = fixture->queue, .sandboxed = sandboxed, .nameless = flag_new(), .end = flag_new()};
    for (int i = 0; i < POLLERS; ++i)
        scene.blind[i] = flag_new();
}

static int become_blind(void)
{
    if (scene.sandboxed)
        return sandbox_enter(SANDBOX_OFD_LOCKS);
    for (int fd = 3; fd < 64; ++fd)
        close(fd);
    return 0;
}

/* The first call after a fork makes a participant of its own. */
static int attach(void)
{
    uint64_t items = 0;
    return ipcq_size(scene.queue, &items);
}

static int poll_once(void)
{
    char buffer[8];
    ipcq_item item;
    return ipcq_get_item(scene.queue, buffer, sizeof buffer, &item, IPCQ_ACCEPT(OTHER_TYPE), &now);
}

/* ------------------------------------------------------------------------------------------- what others get */

static int poll_blindly(void *nothing)
{
    (void)nothing;
    CHILD_CHECK(attach() == IPCQ_OK);
    flag_await(scene.nameless);
    CHILD_CHECK(become_blind() == 0);
    int code = IPCQ_EMPTY;
    while (code == IPCQ_EMPTY) /* the last clean-up counts a moment longer, and was made when it could still see */
        code = poll_once();
    CHILD_CHECK(code == IPCQ_SYSTEM);
    flag_raise(scene.blind[scene.poller]);
    while (!flag_is_raised(scene.end)) {
        code = poll_once();
        CHILD_CHECK(code == IPCQ_SYSTEM || code == IPCQ_WRONGTYPE); /* the item that came back */
        usleep(1000);
    }
    return 0;
}

static int take_and_stay(void *nothing)
{
    (void)nothing;
    uint64_t number = 0;
    CHILD_CHECK(get_number(scene.queue, &number, NULL, IPCQ_FOREVER) == IPCQ_OK);
    for (;;)
        pause();
}

static int join_for_ever(void *nothing)
{
    (void)nothing;
    return -ipcq_join(scene.queue, IPCQ_FOREVER);
}

static int finish_what_comes_back(void *nothing)
{
    (void)nothing;
    uint64_t number = 0;
    ipcq_item item;
    CHILD_CHECK(get_number(scene.queue, &number, &item, IPCQ_FOREVER) == IPCQ_OK);
    CHILD_CHECK(number == 7 && item.deliveries == 1);
    return -ipcq_task_done(scene.queue, item.ticket);
}

/* The joiner and the getter sleep when the worker dies. Nobody else can tell them. */
static void a_death_is_noticed(struct queue_fixture *fixture, bool sandboxed)
{
    begin_scene(fixture, sandboxed);
    pid_t pollers[POLLERS];
    assert_ok(put_number(scene.queue, 7, IPCQ_NOWAIT));
    pid_t worker = child_start(take_and_stay, NULL);
    await_taken(scene.queue, 1);
    for (scene.poller = 0; scene.poller < POLLERS; ++scene.poller)
        pollers[scene.poller] = child_start(poll_blindly, NULL);
    await_participants(scene.queue, 2 + POLLERS);
    assert_ok(ipcq_unlink(fixture->name));
    flag_raise(scene.nameless);
    WATCHDOG_STEP("all pollers answer SYSTEM");
    for (int i = 0; i < POLLERS; ++i)
        flag_await(scene.blind[i]);
    pid_t joiner = child_start(join_for_ever, NULL), getter = child_start(finish_what_comes_back, NULL);
    await_joiners(scene.queue, 1);
    await_getters(scene.queue, 1);
    child_kill(worker);
    WATCHDOG_STEP("the item of the dead worker comes back");
    assert_int_equal(child_wait(getter), 0);
    assert_int_equal(child_wait(joiner), 0);
    flag_raise(scene.end);
    for (int i = 0; i < POLLERS; ++i)
        assert_int_equal(child_wait(pollers[i]), 0);
    assert_int_equal(stats_of(scene.queue).recovered, 1);
}

static void a_death_is_noticed_beside_pollers_without_descriptors(void **state) { a_death_is_noticed(*state, false); }

static void a_death_is_noticed_beside_pollers_in_a_sandbox(void **state) { a_death_is_noticed(*state, true); }

/* ----------------------------------------------------------------------------------- what they answer themselves */

static int until_system(int (*call)(void), int before)
{
    int code = before;
    while (code == before) /* as above */
        code = call();
    return code;
}

static int put_now(void) { return ipcq_put(scene.queue, "x", 1, IPCQ_NOWAIT); }

static int join_now(void) { return ipcq_join(scene.queue, IPCQ_NOWAIT); }

static int answer_blindly(void *nothing)
{
    (void)nothing;
    ipcq_stats stats = {.struct_size = sizeof stats};
    ipcq_participant participants[4];
    size_t count = 0;
    uint64_t number = 0;
    ipcq_item item;
    CHILD_CHECK(attach() == IPCQ_OK);
    flag_await(scene.nameless);
    CHILD_CHECK(become_blind() == 0);
    /* What asks for nobody works. */
    for (uint64_t i = 0; i < FULL_AT; ++i)
        CHILD_CHECK(put_number(scene.queue, i, IPCQ_NOWAIT) == IPCQ_OK);
    CHILD_CHECK(ipcq_size(scene.queue, &number) == IPCQ_OK && number == FULL_AT);
    CHILD_CHECK(until_system(put_now, IPCQ_FULL) == IPCQ_SYSTEM);
    CHILD_CHECK(put_now() == IPCQ_SYSTEM);
    CHILD_CHECK(ipcq_put(scene.queue, "x", 1, IPCQ_FOREVER) == IPCQ_SYSTEM);
    CHILD_CHECK(until_system(join_now, IPCQ_TIMEDOUT) == IPCQ_SYSTEM);
    CHILD_CHECK(ipcq_join(scene.queue, IPCQ_FOREVER) == IPCQ_SYSTEM);
    CHILD_CHECK(ipcq_stat(scene.queue, &stats) == IPCQ_SYSTEM);
    CHILD_CHECK(ipcq_participants(scene.queue, participants, 4, &count) == IPCQ_SYSTEM);
    for (uint64_t i = 0; i < FULL_AT; ++i) {
        CHILD_CHECK(get_number(scene.queue, &number, &item, IPCQ_FOREVER) == IPCQ_OK && number == i);
        CHILD_CHECK(i != 0 || (ipcq_nack(scene.queue, item.ticket) == IPCQ_OK &&
                               get_number(scene.queue, &number, &item, IPCQ_NOWAIT) == IPCQ_OK && number == 0));
        CHILD_CHECK(ipcq_task_done(scene.queue, item.ticket) == IPCQ_OK);
    }
    CHILD_CHECK(until_system(poll_once, IPCQ_EMPTY) == IPCQ_SYSTEM);
    /* Each call asks for a part of a long table of participants. No part that has nobody makes it see. */
    for (const int64_t end = now_ns() + STEADY_NS; now_ns() < end; usleep(1000))
        CHILD_CHECK(poll_once() == IPCQ_SYSTEM);
    CHILD_CHECK(get_number(scene.queue, &number, &item, IPCQ_NOWAIT) == IPCQ_SYSTEM);
    CHILD_CHECK(get_number(scene.queue, &number, &item, IPCQ_FOREVER) == IPCQ_SYSTEM);
    CHILD_CHECK(ipcq_join(scene.queue, IPCQ_FOREVER) == IPCQ_OK); /* all is finished, also by the dead */
    CHILD_CHECK(ipcq_close(scene.queue) == IPCQ_OK);
    return 0;
}

static void it_says_so(struct queue_fixture *fixture, bool sandboxed)
{
    begin_scene(fixture, sandboxed);
    pid_t blind = child_start(answer_blindly, NULL);
    await_participants(scene.queue, 2);
    assert_ok(ipcq_unlink(fixture->name));
    flag_raise(scene.nameless);
    assert_int_equal(child_wait(blind), 0);
    assert_holds(scene.queue, 0, 0);
    assert_int_equal(stats_of(scene.queue).participants, 1);
}

static void without_descriptors_it_says_so(void **state) { it_says_so(*state, false); }

static void in_a_sandbox_it_says_so(void **state) { it_says_so(*state, true); }

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(a_death_is_noticed_beside_pollers_without_descriptors, JOINABLE, .max_participants = FEW),
        QUEUE_TEST(a_death_is_noticed_beside_pollers_in_a_sandbox, JOINABLE, .max_participants = FEW),
        QUEUE_TEST(without_descriptors_it_says_so, JOINABLE, .max_items = FULL_AT),
        QUEUE_TEST(in_a_sandbox_it_says_so, JOINABLE, .max_items = FULL_AT),
        QUEUE_TEST(in_a_sandbox_it_says_so, JOINABLE, .max_items = FULL_AT, .max_participants = CROWD),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
