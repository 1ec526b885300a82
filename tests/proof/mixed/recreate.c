/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"
#include "disturbances.h"
#include "thread.h"
#include "payload.h"
#include "worker.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { NAMES = 3, HANDLES = 4, PARTICIPANTS = 4, PAUSE_US = 12000 };

/* What one process has open. */
static ipcq_t *queues[HANDLES];

static void name_of(uint64_t number, char *text, size_t size)
{
    snprintf(text, size, "%s-%d", ledger->queue, (int)number);
}

/* The code, or OK if it is the one that this use of the call allows. */
static int unless(int code, int allowed) { return code == allowed ? IPCQ_OK : code; }

static void open_by_name(struct worker_thread *thread, ipcq_t **out_queue)
{
    static const uint32_t flags[] = {0, 0, IPCQ_OPEN_ONLY, IPCQ_CREATE_ONLY};
    static const int refusals[] = {IPCQ_OK, IPCQ_OK, IPCQ_NOTFOUND, IPCQ_EXISTS};
    const uint64_t kind = random_below(thread, 4);
    char name[80];
    ipcq_options options = {.struct_size = sizeof options, .flags = flags[kind] | IPCQ_JOINABLE};
    options.capacity_bytes = process.plan->capacity_bytes;
    options.max_participants = PARTICIPANTS;
    name_of(random_below(thread, NAMES), name, sizeof name);
    thread_enters(thread, CALL_OPEN);
    thread_left(thread, CALL_OPEN, unless(ipcq_open(out_queue, name, &options), refusals[kind]));
}

static void open_anonymous(struct worker_thread *thread, ipcq_t **out_queue)
{
    char name[sizeof ledger->anonymous];
    ipcq_options options = {.struct_size = sizeof options, .flags = IPCQ_JOINABLE};
    options.capacity_bytes = process.plan->capacity_bytes;
    options.max_participants = PARTICIPANTS;
    thread_enters(thread, CALL_OPEN);
    if (random_below(thread, 2) == 0) {
        memcpy(name, ledger->anonymous, sizeof name);
        name[sizeof name - 1] = '\0';
        if (name[0] != '\0')
            thread_left(thread, CALL_OPEN, unless(ipcq_open(out_queue, name, NULL), IPCQ_NOTFOUND));
    } else if (thread_left(thread, CALL_OPEN, ipcq_open(out_queue, NULL, &options)) == IPCQ_OK) {
        ipcq_name(*out_queue, ledger->anonymous, sizeof ledger->anonymous);
    }
}

static void unlink_one(struct worker_thread *thread)
{
    char name[80];
    name_of(random_below(thread, NAMES), name, sizeof name);
    thread_enters(thread, CALL_UNLINK);
    thread_left(thread, CALL_UNLINK, unless(ipcq_unlink(name), IPCQ_NOTFOUND));
}

static void use(struct worker_thread *thread)
{
    for (uint64_t calls = random_below(thread, 12); calls > 0; --calls) {
        reduce_held_to(thread, (unsigned)random_below(thread, 2));
        if (random_below(thread, 2) == 0)
            put_something(thread);
        else
            take_something(thread);
    }
    reduce_held_to(thread, 0);
}

static void close_one(struct worker_thread *thread, ipcq_t **queue)
{
    CALL(thread, CALL_CLOSE, ipcq_close(*queue));
    *queue = NULL;
}

void recreate_run_worker(const struct plan *plan, unsigned ordinal, uint64_t seed)
{
    struct worker_thread *thread = worker_prepare(plan, ordinal, seed);
    while (phase_now() != PHASE_STOP) {
        ipcq_t **queue = &queues[random_below(thread, HANDLES)];
        const uint64_t kind = random_below(thread, 16);
        if (kind == 0)
            unlink_one(thread);
        else if (*queue == NULL && kind < 12)
            open_by_name(thread, queue);
        else if (*queue == NULL)
            open_anonymous(thread, queue);
        else if (kind < 6)
            close_one(thread, queue);
        if (*queue == NULL)
            continue;
        atomic_store(&process.queue, *queue);
        thread_take_queue(thread);
        use(thread);
    }
    for (int i = 0; i < HANDLES; ++i)
        if (queues[i] != NULL && seed % 2 == 0)
            close_one(thread, &queues[i]);
}

void recreate_run(struct scene *scene, double seconds)
{
    const time_t end = time(NULL) + (time_t)seconds + 1;
    char name[80];
    ipcq_t *queue = NULL;
    while (time(NULL) < end && atomic_load(&ledger->violations) == 0) {
        scene_look_at_ends(scene);
        rest_us((long)scene_random(scene, PAUSE_US));
        scene_kill_worker(scene, (unsigned)scene_random(scene, scene->plan->workers));
        scene->rounds++;
    }
    scene_end_workers(scene);
    for (uint64_t i = 0; i < NAMES; ++i) {
        name_of(i, name, sizeof name);
        ipcq_unlink(name);
    }
    if (ipcq_open(&queue, NULL, NULL) != IPCQ_OK || ipcq_close(queue) != IPCQ_OK) /* removes what the dead left */
        violation("at the end an anonymous queue cannot be made");
}
