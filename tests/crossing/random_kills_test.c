/*
 * Eight processes put, take and finish while they are killed, stopped and continued at random and replaced. At the end
 * every item is accounted for: nothing that was put is lost, nothing that was finished is seen again, join ends.
 *
 * IPCQ_CHAOS_SECONDS (60) is the time for all variants together, IPCQ_CHAOS_SEED repeats the decisions of a run.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "chaos_ledger.h"
#include "chaos_worker.h"
#include "support/await.h"
#include "support/child.h"
#include "support/items.h"
#include "support/random.h"
#include "support/watchdog.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { VARIANTS = 5, STALL_SECONDS = 15 };

static uint64_t seed;
static double seconds_total = 60.0;

struct chaos {
    struct chaos_worker worker[CHAOS_WORKERS];
    pid_t process[CHAOS_WORKERS];
    uint64_t kills, stops, kills_inside_get;
    uint64_t finished;  /* when it was last seen to change, */
    int64_t changed_ns; /* and that time */
};

static void nap(uint64_t microseconds) { nanosleep(&(struct timespec){0, (long)microseconds * 1000}, NULL); }

static void start_worker(struct chaos *chaos, int index)
{
    chaos->worker[index].seed = random_next(&seed);
    chaos->process[index] = child_start(chaos_work, &chaos->worker[index]);
}

/* A worker that is gone before it is killed has seen something wrong. */
static void kill_worker(struct chaos *chaos, int index)
{
    struct chaos_ledger *ledger = chaos->worker[index].ledger;
    kill(chaos->process[index], SIGKILL);
    if (child_wait(chaos->process[index]) != -SIGKILL && atomic_load(&ledger->next_id) < CHAOS_IDS)
        chaos_violation(ledger, "a worker ended by itself", (uint64_t)index);
    ++chaos->kills;
    chaos->kills_inside_get += atomic_exchange(&ledger->inside_get[index], 0) != 0;
}

static void disturb(struct chaos *chaos)
{
    uint64_t dice = random_next(&seed);
    int index = (int)(dice / 8 % CHAOS_WORKERS);
    if (dice % 8 < 5) {
        kill_worker(chaos, index);
        start_worker(chaos, index);
        return;
    }
    kill(chaos->process[index], SIGSTOP);
    nap(dice / 1024 % 5000);
    if (dice % 8 == 5) {
        kill_worker(chaos, index); /* stopped, and killed without ever going on */
        start_worker(chaos, index);
    } else {
        kill(chaos->process[index], SIGCONT);
    }
    ++chaos->stops;
}

static bool progresses(struct chaos *chaos)
{
    uint64_t finished = atomic_load(&chaos->worker[0].ledger->finished);
    if (finished != chaos->finished) {
        chaos->finished = finished;
        chaos->changed_ns = now_ns();
    }
    return now_ns() - chaos->changed_ns < (int64_t)STALL_SECONDS * 1000000000;
}

/* Producers end when they are told to, the queue is emptied, consumers end by its shutdown. */
static void end_work(struct chaos *chaos, ipcq_t *queue)
{
    struct chaos_ledger *ledger = chaos->worker[0].ledger;
    atomic_store(&ledger->producers_stop, 1);
    for (int i = 0; i < CHAOS_WORKERS; i += 2)
        assert_int_equal(child_wait(chaos->process[i]), 0);
    if (chaos->worker[0].joinable)
        assert_ok(ipcq_join(queue, IPCQ_FOREVER));
    assert_ok(ipcq_shutdown(queue, IPCQ_DRAIN));
    for (int i = 1; i < CHAOS_WORKERS; i += 2)
        assert_int_equal(child_wait(chaos->process[i]), 0);
}

static void nothing_is_lost_or_doubled(void **state)
{
    struct queue_fixture *fixture = *state;
    const bool joinable = stats_of(fixture->queue).joinable != 0;
    const double seconds = seconds_total / VARIANTS;
    struct chaos chaos = {.changed_ns = now_ns()};
    struct chaos_ledger *ledger = chaos_ledger_new();

    watchdog_start((unsigned)seconds + 60 + STALL_SECONDS, "random_kills");
    print_message("seed %llu\n", (unsigned long long)seed);
    for (int i = 0; i < CHAOS_WORKERS; ++i) {
        chaos.worker[i] = (struct chaos_worker){.ledger = ledger,
                                                .name = fixture->name,
                                                .inherited = fixture->queue,
                                                .joinable = joinable,
                                                .backlog_max = 20000,
                                                .large_bytes = 16384,
                                                .index = i};
        start_worker(&chaos, i);
    }
    const int64_t end_ns = now_ns() + (int64_t)(seconds * 1e9);
    bool alive = true;
    while (alive && now_ns() < end_ns && atomic_load(&ledger->violations) == 0 &&
           atomic_load(&ledger->next_id) < CHAOS_IDS) {
        nap(500 + random_next(&seed) % 4000);
        disturb(&chaos);
        alive = progresses(&chaos);
    }
    assert_true(alive);
    assert_int_equal(atomic_load(&ledger->violations), 0); /* before anybody waits for a queue that is broken */
    end_work(&chaos, fixture->queue);

    struct chaos_result result = chaos_count(ledger, joinable);
    int violations = atomic_load(&ledger->violations);
    chaos_ledger_free(ledger);
    print_message(
        "%llu kills, %llu stops, %llu items put, %llu puts killed, missing %llu, last finisher unknown %llu\n",
        (unsigned long long)chaos.kills, (unsigned long long)chaos.stops, (unsigned long long)result.put,
        (unsigned long long)result.uncertain, (unsigned long long)result.missing, (unsigned long long)result.unknown);
    assert_int_equal(violations, 0);
    assert_true(result.put > 0);
    if (joinable) {
        assert_int_equal(result.missing, 0);
        assert_true(result.unknown <= chaos.kills_inside_get);
    } else {
        /* A plain get is finished once it has copied, so a killed getter may take one item with it. */
        assert_true(result.missing <= chaos.kills_inside_get);
    }
    assert_holds(fixture->queue, 0, 0);
}

static int read_environment(void **state)
{
    const char *seconds = getenv("IPCQ_CHAOS_SECONDS"), *given = getenv("IPCQ_CHAOS_SEED");
    (void)state;
    if (seconds != NULL)
        seconds_total = strtod(seconds, NULL);
    seed = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)now_ns();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(nothing_is_lost_or_doubled, PLAIN),
        QUEUE_TEST(nothing_is_lost_or_doubled, JOINABLE),
        QUEUE_TEST(nothing_is_lost_or_doubled, PLAIN, .max_items = 50),
        QUEUE_TEST(nothing_is_lost_or_doubled, JOINABLE, .max_items = 50),
        QUEUE_TEST(nothing_is_lost_or_doubled, JOINABLE, .capacity_bytes = 128 * 1024),
    };
    _Static_assert(sizeof tests / sizeof tests[0] == VARIANTS, "the variants share the time");
    return cmocka_run_group_tests(tests, read_environment, NULL);
}
