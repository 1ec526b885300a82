/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"
#include "disturbances.h"
#include "faults/environment.h"
#include "thread.h"
#include "payload.h"

#include <signal.h>
#include <unistd.h>

enum { LOOKERS = 2, IDLE_US = 200000, MOMENT_US = 30000, WALK_US = 2000, STILL_TURNS = 6 };

static ipcq_t *open_queue(void)
{
    ipcq_t *queue = NULL;
    const ipcq_options options = {.struct_size = sizeof options, .flags = IPCQ_OPEN_ONLY};
    while (ipcq_open(&queue, ledger->queue, &options) != IPCQ_OK)
        rest_us(1000);
    return queue;
}

static void look(void *unused)
{
    ipcq_t *queue = open_queue();
    ipcq_stats stats = {.struct_size = sizeof stats};
    int is_full = 0;
    (void)unused;
    for (;;)
        if (ipcq_stat(queue, &stats) != IPCQ_OK || ipcq_full(queue, &is_full) != IPCQ_OK)
            violation("stat or full fails");
}

/* Keeps one item unfinished for a whole burst, so that the frontier stands still and the log grows behind it. */
static void hold_oldest(void *unused)
{
    ipcq_t *queue = open_queue();
    char buffer[512];
    (void)unused;
    for (;;) {
        ipcq_item item = {0};
        const ipcq_wait wait = {.deadline_ns = ipcq_deadline(0.05)};
        if (!atomic_load(&ledger->is_first_kept)) {
            rest_us(200);
            continue;
        }
        if (ipcq_get_item(queue, buffer, sizeof buffer, &item, IPCQ_ACCEPT_ALL, &wait) != IPCQ_OK)
            continue;
        const uint64_t id = payload_id(buffer, item.size);
        item_seen(id, &item, true);
        while (atomic_load(&ledger->is_first_kept))
            rest_us(200);
        item_finishing(id);
        item_finished(id, ipcq_task_done(queue, item.ticket));
    }
}

static void begin(struct scene *scene)
{
    for (int i = 0; i < LOOKERS; ++i)
        scene_start_bystander(scene, look, NULL);
    scene_start_bystander(scene, hold_oldest, NULL);
}

static void signal_lookers(struct scene *scene, int number)
{
    for (int i = 0; i < LOOKERS; ++i)
        if (scene->bystander[i] != 0)
            kill(scene->bystander[i], number);
}

static void make_room(struct scene *scene)
{
    (void)scene;
    drain_shm();
    atomic_store(&ledger->preference, PREFER_NOTHING);
    atomic_store(&ledger->is_first_kept, true);
}

/* Nothing is taken any more, for some turns of the driver. */
static bool is_drained(struct scene *scene)
{
    static unsigned long before;
    static int still;
    const unsigned long now = atomic_load(&ledger->progress);
    (void)scene;
    still = now == before ? still + 1 : 0;
    before = now;
    return still >= STILL_TURNS;
}

/* All items but the first are finished. Then the first is finished too, while no worker runs that could move the
 * frontier. So each look walks over the whole log, and is stopped in that walk. */
static void stop_lookers(struct scene *scene)
{
    atomic_store(&ledger->phase, PHASE_DRAIN);
    scene_await(scene, is_drained);
    for (unsigned i = 0; i < scene->plan->workers; ++i)
        scene_stop_worker(scene, i);
    atomic_store(&ledger->is_first_kept, false);
    rest_us(WALK_US + (long)scene_random(scene, WALK_US));
    signal_lookers(scene, SIGSTOP);
    for (unsigned i = 0; i < scene->plan->workers; ++i)
        scene_continue_worker(scene, i);
}

static void fill_and_continue(struct scene *scene)
{
    rest_us(IDLE_US); /* the sleeping getters give the memory of the burst back */
    fill_shm(0);
    signal_lookers(scene, SIGCONT);
    rest_us(MOMENT_US);
}

static void end(struct scene *scene)
{
    drain_shm();
    scene_end_bystanders(scene);
}

const struct disturbance stopped_lookers = {
    .begin = begin, .work_begins = make_room, .work_ends = stop_lookers, .quiet_ends = fill_and_continue, .end = end};
