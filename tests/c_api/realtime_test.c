/*
 * A SCHED_FIFO thread and an ordinary one share a handle on one processor. The ordinary thread is often stopped in the
 * middle of a call; the other must leave it the processor instead of spinning.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/items.h"
#include "support/watchdog.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* A waiter that spins is throttled by the kernel once a second: then the rounds take ten times the watchdog's time. */
enum { ROUNDS = 3000, SECONDS = 60, ITEMS = 8, PAUSE_US = 200 };

static ipcq_t *shared;
static atomic_bool stopped;
static atomic_int failures;
static atomic_long ordinary_rounds;
static _Atomic int refused; /* by pthread_setschedparam() */

static void stay_on_the_first_processor(void)
{
    cpu_set_t all, first;
    CPU_ZERO(&first);
    sched_getaffinity(0, sizeof all, &all);
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(cpu, &all)) {
            CPU_SET(cpu, &first);
            break;
        }
    sched_setaffinity(0, sizeof first, &first);
}

/* EMPTY is an answer: the other thread may hold all items. So is BUSY: on a busy machine the ordinary thread may have
 * no processor for the 20 ms that a call without a wait gives it. */
static void move_one_item(void)
{
    uint64_t number = 0;
    ipcq_item item;
    int code = get_number(shared, &number, &item, IPCQ_NOWAIT);
    if (code == IPCQ_EMPTY || code == IPCQ_BUSY)
        return;
    if (code == IPCQ_OK)
        do
            code = put_number(shared, number, IPCQ_NOWAIT);
        while (code == IPCQ_BUSY);
    if (code != IPCQ_OK || ipcq_task_done(shared, item.ticket) != IPCQ_OK)
        atomic_fetch_add(&failures, 1);
}

static void *ordinary(void *nothing)
{
    stay_on_the_first_processor();
    for (; !atomic_load(&stopped); atomic_fetch_add(&ordinary_rounds, 1))
        move_one_item();
    return nothing;
}

static void *realtime(void *nothing)
{
    const struct sched_param priority = {.sched_priority = 10};
    stay_on_the_first_processor();
    atomic_store(&refused, pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority));
    for (int i = 0; i < ROUNDS && !atomic_load(&refused); ++i) {
        usleep(PAUSE_US);
        move_one_item();
    }
    return nothing;
}

static void a_realtime_thread_leaves_the_processor_to_the_holder(void **state)
{
    pthread_t low, high;
    shared = ((struct queue_fixture *)*state)->queue;
    watchdog_start(SECONDS, __func__);
    for (uint64_t i = 0; i < ITEMS; ++i)
        assert_ok(put_number(shared, i, IPCQ_NOWAIT));
    assert_int_equal(pthread_create(&low, NULL, ordinary, NULL), 0);
    while (atomic_load(&ordinary_rounds) == 0)
        usleep(PAUSE_US);
    assert_int_equal(pthread_create(&high, NULL, realtime, NULL), 0);
    pthread_join(high, NULL);
    atomic_store(&stopped, true);
    pthread_join(low, NULL);
    if (atomic_load(&refused) != 0) {
        print_message("skipped: no right to SCHED_FIFO (CAP_SYS_NICE or RLIMIT_RTPRIO): %s\n",
                      strerror(atomic_load(&refused)));
        _exit(77);
    }
    assert_int_equal(atomic_load(&failures), 0);
    assert_holds(shared, ITEMS, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(a_realtime_thread_leaves_the_processor_to_the_holder, JOINABLE),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
