/*
 * A process that cleans up after a dead one is stopped in the middle, or a process that got the slot of a dead one
 * stands still. Neither keeps from others what the dead one held.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/await.h"
#include "support/child.h"
#include "support/hooks.h"
#include "support/items.h"
#include "support/watchdog.h"

#include <signal.h>
#include <unistd.h>

enum { OTHER_TYPE = 5, SLOTS = 4, WORKER_SLOT = 1 };

static struct queue_fixture *scene;
static struct flag *attached, *released;

static _Noreturn void stay(void)
{
    for (;;)
        pause();
}

static uint32_t own_slot(ipcq_t *queue)
{
    ipcq_participant participants[SLOTS];
    size_t count = 0;
    int code = ipcq_participants(queue, participants, SLOTS, &count);
    for (size_t i = 0; code == IPCQ_OK && i < count; ++i)
        if (participants[i].self)
            return participants[i].slot;
    return UINT32_MAX;
}

/* The slots are entered in rising order, and the test's process has the first one. */
static int take_one_and_stay(void *nothing)
{
    (void)nothing;
    uint64_t number = 0;
    CHILD_CHECK(get_number(scene->queue, &number, NULL, IPCQ_FOREVER) == IPCQ_OK);
    CHILD_CHECK(own_slot(scene->queue) == WORKER_SLOT);
    flag_raise(attached);
    stay();
}

static void assert_comes_back(uint64_t expected)
{
    uint64_t number = 0;
    ipcq_item item;
    assert_ok(get_number(scene->queue, &number, &item, IPCQ_FOREVER));
    assert_int_equal(number, expected);
    assert_int_equal(item.deliveries, 1);
    assert_ok(ipcq_task_done(scene->queue, item.ticket));
}

static void begin(void **state, int items)
{
    scene = *state;
    attached = flag_new();
    released = flag_new();
    for (int i = 0; i < items; ++i)
        assert_ok(put_number(scene->queue, (uint64_t)i, IPCQ_NOWAIT));
}

/* --------------------------------------------------------------------------------------------- a stopped reaper */

/* A call that does not wait cleans up now and then. */
static int reap_and_stop_in_between(void *point)
{
    char buffer[8];
    ipcq_item item;
    const ipcq_wait now = {.deadline_ns = IPCQ_NOWAIT};
    ipcq_test_stop_at(point);
    while (!flag_is_raised(released))
        CHILD_CHECK(ipcq_get_item(scene->queue, buffer, sizeof buffer, &item, IPCQ_ACCEPT(OTHER_TYPE), &now) !=
                    IPCQ_OK);
    ipcq_test_stop_at(NULL);
    CHILD_CHECK(ipcq_close(scene->queue) == IPCQ_OK);
    return 0;
}

static pid_t stopped_reaper_of_a_dead_worker(void)
{
    static char reaping[] = "reaping";
    pid_t worker = child_start(take_one_and_stay, NULL);
    flag_await(attached);
    child_kill(worker);
    pid_t reaper = child_start(reap_and_stop_in_between, reaping);
    assert_true(child_wait_stopped(reaper));
    return reaper;
}

static void a_stopped_reaper_keeps_nothing(void **state)
{
    begin(state, 1);
    pid_t reaper = stopped_reaper_of_a_dead_worker();
    WATCHDOG_STEP("the item comes back beside a stopped reaper");
    assert_comes_back(0);
    assert_ok(ipcq_join(scene->queue, IPCQ_FOREVER));
    flag_raise(released);
    assert_int_equal(child_finish(reaper), 0);
    assert_holds(scene->queue, 0, 0);
    assert_int_equal(stats_of(scene->queue).recovered, 1);
}

static void a_killed_reaper_keeps_nothing(void **state)
{
    begin(state, 1);
    child_kill(stopped_reaper_of_a_dead_worker());
    assert_comes_back(0);
    assert_ok(ipcq_join(scene->queue, IPCQ_FOREVER));
    assert_int_equal(stats_of(scene->queue).recovered, 1);
}

/* It knows of a death in a slot in which another process works by now. */
static void a_late_reaper_takes_nothing_from_the_slots_next_process(void **state)
{
    begin(state, 2);
    pid_t reaper = stopped_reaper_of_a_dead_worker();
    assert_comes_back(0);
    pid_t next = child_start(take_one_and_stay, NULL);
    await_taken(scene->queue, 1);
    flag_raise(released);
    assert_int_equal(child_finish(reaper), 0);
    assert_holds(scene->queue, 0, 1);
    child_kill(next);
    WATCHDOG_STEP("the death of the next process is noticed, too");
    assert_comes_back(1);
    assert_holds(scene->queue, 0, 0);
}

/* ------------------------------------------------------------------------------------------------ a standing heir */

static int hold_the_head(void *nothing)
{
    (void)nothing;
    uint64_t number = 0;
    ipcq_item item;
    CHILD_CHECK(ipcq_size(scene->queue, &number) == IPCQ_OK); /* attaches */
    flag_raise(attached);
    flag_await(released);
    ipcq_test_stop_at("head_locked");
    CHILD_CHECK(get_number(scene->queue, &number, &item, IPCQ_NOWAIT) == IPCQ_OK);
    ipcq_test_stop_at(NULL);
    CHILD_CHECK(ipcq_task_done(scene->queue, item.ticket) == IPCQ_OK);
    flag_raise(attached);
    stay();
}

static int fill_a_slot(void *nothing)
{
    (void)nothing;
    uint64_t items = 0;
    CHILD_CHECK(ipcq_size(scene->queue, &items) == IPCQ_OK);
    stay();
}

static int inherit(void *stop)
{
    ipcq_t *queue = NULL;
    CHILD_CHECK(ipcq_open(&queue, scene->name, NULL) == IPCQ_OK); /* cannot clean up, for want of the head */
    CHILD_CHECK(own_slot(queue) == WORKER_SLOT);
    flag_raise(attached);
    if (stop != NULL)
        raise(SIGSTOP);
    stay();
}

static struct flag *anew(struct flag **flag)
{
    flag_free(*flag);
    return *flag = flag_new();
}

static void an_heir_keeps_nothing(void **state, bool stopped)
{
    begin(state, 2);
    pid_t worker = child_start(take_one_and_stay, NULL);
    flag_await(attached);
    anew(&attached);
    pid_t holder = child_start(hold_the_head, NULL);
    flag_await(attached);
    child_start(fill_a_slot, NULL);
    await_participants(scene->queue, SLOTS);
    flag_raise(released);
    assert_true(child_wait_stopped(holder));
    child_kill(worker);

    struct flag *entered = anew(&attached); /* no free slot but the dead worker's */
    pid_t heir = child_start(inherit, stopped ? &stopped : NULL);
    flag_await(entered);
    if (stopped)
        assert_true(child_wait_stopped(heir));
    child_continue(holder);
    await_taken(scene->queue, 1); /* the dead worker's; what the holder took is finished */
    WATCHDOG_STEP("the item comes back beside an heir that stands still");
    assert_comes_back(0);
    assert_ok(ipcq_join(scene->queue, IPCQ_FOREVER));
    assert_int_equal(stats_of(scene->queue).recovered, 1);
    child_kill(heir);
    assert_ok(ipcq_join(scene->queue, IPCQ_FOREVER));
    assert_holds(scene->queue, 0, 0);
}

static void an_idle_heir_keeps_nothing(void **state) { an_heir_keeps_nothing(state, false); }

static void a_stopped_heir_keeps_nothing(void **state) { an_heir_keeps_nothing(state, true); }

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(a_stopped_reaper_keeps_nothing, JOINABLE, .max_participants = SLOTS),
        QUEUE_TEST(a_killed_reaper_keeps_nothing, JOINABLE, .max_participants = SLOTS),
        QUEUE_TEST(a_late_reaper_takes_nothing_from_the_slots_next_process, JOINABLE, .max_participants = SLOTS),
        QUEUE_TEST(an_idle_heir_keeps_nothing, JOINABLE, .max_participants = SLOTS),
        QUEUE_TEST(a_stopped_heir_keeps_nothing, JOINABLE, .max_participants = SLOTS),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
