/* SPDX-License-Identifier: Apache-2.0 */
#include "cycle.h"

#include "thread.h"

#include <time.h>

enum {
    WORK_MS_MIN = 60,
    WORK_MS_MORE = 240,
    PAUSE_US = 10000,
    STOP_US = 50000,
    ASLEEP_US = 150000,
    IDLE_ROUNDS_MAX = 10
};

#define DISTURB(scene, step)                                                                                           \
    do {                                                                                                               \
        const struct disturbance *disturbance_ = (scene)->plan->disturbance;                                           \
        if (disturbance_ != NULL && disturbance_->step != NULL)                                                        \
            disturbance_->step(scene);                                                                                 \
    } while (0)

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static unsigned some_worker(struct scene *scene) { return (unsigned)scene_random(scene, scene->plan->workers); }

/* One kill, two at once, a stop, or the kill of a stopped one. */
static void kill_or_stop(struct scene *scene)
{
    const unsigned first = some_worker(scene), second = some_worker(scene);
    const uint64_t kind = scene_random(scene, 8);
    if (kind < 2) {
        scene_stop_worker(scene, first);
        rest_us((long)scene_random(scene, STOP_US));
    }
    if (kind == 0) {
        scene_continue_worker(scene, first);
        return;
    }
    scene_kill_worker(scene, first);
    if (kind >= 6)
        scene_kill_worker(scene, second);
}

static void work(struct scene *scene)
{
    const int64_t end_ms = now_ms() + WORK_MS_MIN + (int64_t)scene_random(scene, WORK_MS_MORE);
    atomic_store(&ledger->victims, 0);
    atomic_store(&ledger->phase, PHASE_WORK);
    DISTURB(scene, work_begins);
    while (now_ms() < end_ms && atomic_load(&ledger->violations) == 0) {
        scene_look_at_ends(scene);
        rest_us((long)scene_random(scene, PAUSE_US));
        if (scene_random(scene, 8) == 0)
            atomic_store(&ledger->preference, (unsigned)scene_random(scene, 3));
        if (scene_random(scene, 3) == 0)
            kill_or_stop(scene);
        DISTURB(scene, tick);
    }
    scene_look_at_ends(scene);
    DISTURB(scene, work_ends);
}

static bool works(unsigned ordinal) { return atomic_load(&ledger->worker[ordinal].state) == WORKER_WORKS; }

/* Another healthy worker must be left to finish the victim's items. */
static void choose_victim(struct scene *scene)
{
    unsigned fit[WORKERS_MAX], count = 0;
    for (unsigned i = 0; i < scene->plan->workers; ++i)
        if (works(i) && !plan_limits(scene->plan, i))
            fit[count++] = i;
    atomic_store(&ledger->victims, count > 1 ? 1U << fit[scene_random(scene, count)] : 0);
}

static bool all_are_quiet(struct scene *scene)
{
    const unsigned number = atomic_load(&ledger->quiet);
    for (unsigned i = 0; i < scene->plan->workers; ++i)
        for (unsigned t = 0; works(i) && scene->worker[i] != 0 && t < scene->plan->threads; ++t)
            if (atomic_load(&ledger->worker[i].thread[t].quiet) != number)
                return false;
    return true;
}

static bool nobody_joins(struct scene *scene)
{
    for (unsigned i = 0; i < scene->plan->workers; ++i)
        for (unsigned t = 0; works(i) && scene->worker[i] != 0 && t < scene->plan->threads; ++t)
            if (atomic_load(&ledger->worker[i].thread[t].joining))
                return false;
    return true;
}

/* False if a process is stuck. */
static bool quiet(struct scene *scene)
{
    choose_victim(scene);
    atomic_fetch_add(&ledger->quiet, 1);
    atomic_store(&ledger->phase, PHASE_QUIET);
    if (!scene_await(scene, all_are_quiet)) {
        violation("threads do not reach the quiet phase");
        scene_describe_workers(scene);
        return false;
    }
    rest_us((long)scene_random(scene, ASLEEP_US)); /* most threads sleep when the victim dies */
    for (unsigned i = 0; i < scene->plan->workers; ++i)
        if (atomic_load(&ledger->victims) >> i & 1)
            scene_kill_worker(scene, i);
    if (!scene_await(scene, nobody_joins)) {
        violation("join waits for the dead");
        scene_describe_workers(scene);
        return false;
    }
    DISTURB(scene, quiet_ends);
    return true;
}

void cycle_run(struct scene *scene, double seconds)
{
    const int64_t end_ms = now_ms() + (int64_t)(seconds * 1000);
    unsigned long progress = 0;
    int idle_rounds = 0;
    DISTURB(scene, begin);
    do {
        work(scene);
        if (!quiet(scene)) { /* they would not end by themselves */
            scene_kill_workers(scene);
            break;
        }
        scene->rounds++;
        idle_rounds = progress == atomic_load(&ledger->progress) ? idle_rounds + 1 : 0;
        progress = atomic_load(&ledger->progress);
        if (idle_rounds > IDLE_ROUNDS_MAX)
            violation("no progress in %d rounds", idle_rounds);
    } while (now_ms() < end_ms && atomic_load(&ledger->violations) == 0);
    DISTURB(scene, end);
    scene_end_workers(scene);
}
