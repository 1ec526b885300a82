/*
 * A scene while it runs, as its driver sees it: workers and bystanders.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SCENE_H
#define SCENE_H

#include "ledger.h"
#include "plan.h"

#include <sys/types.h>

enum { BYSTANDERS_MAX = 4 };

struct scene {
    const struct plan *plan;
    uint64_t seed;
    ipcq_t *inherited;               /* for a nameless queue; else NULL */
    pid_t worker[WORKERS_MAX];       /* 0: none */
    pid_t bystander[BYSTANDERS_MAX]; /* 0: none */
    unsigned long kills, stops, rounds;
};

/* A number below `sides`. */
uint64_t scene_random(struct scene *scene, uint64_t sides);

void scene_start_worker(struct scene *scene, unsigned ordinal);
void scene_start_idle_worker(struct scene *scene, unsigned ordinal);
void scene_kill_worker(struct scene *scene, unsigned ordinal); /* SIGKILL, and waits for its end */
void scene_kill_workers(struct scene *scene);
void scene_stop_worker(struct scene *scene, unsigned ordinal); /* SIGSTOP, and waits until it stands */
void scene_continue_worker(struct scene *scene, unsigned ordinal);

/* A process of another kind. It must not return from `live`. */
pid_t scene_start_bystander(struct scene *scene, void (*live)(void *argument), void *argument);
void scene_end_bystanders(struct scene *scene);

/* Judges the processes that have ended, and starts workers anew. */
void scene_look_at_ends(struct scene *scene);

/* Waits for all workers to leave by themselves, and for all orphans. */
void scene_end_workers(struct scene *scene);

/* Waits until `condition` is true, and judges processes that end meanwhile. False if it stays false for 15000 turns of
 * the driver, which are a minute or more. Turns are counted, so a slow machine is no violation. */
bool scene_await(struct scene *scene, bool (*condition)(struct scene *scene));

/* Prints where the workers' threads are. */
void scene_describe_workers(struct scene *scene);

#endif
