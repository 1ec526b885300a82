/*
 * What a scene is made of: a queue, its workers, and a disturbance.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PLAN_H
#define PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scene;

/* What the driver does besides killing and stopping workers. Each step may be NULL. */
struct disturbance {
    void (*begin)(struct scene *scene);
    void (*work_begins)(struct scene *scene);
    void (*tick)(struct scene *scene); /* now and then during the work */
    void (*work_ends)(struct scene *scene);
    void (*quiet_ends)(struct scene *scene);
    void (*end)(struct scene *scene);
};

struct plan {
    const char *name;
    bool is_joinable;
    bool has_small_items; /* of 16 to 511 bytes, up to 64 a call; else of every size */
    bool is_nameless;     /* the name is removed at once; workers inherit the driver's handle */
    bool keeps_to_itself; /* no forks and no second handles: every slot of the table is a worker's */
    size_t capacity_bytes;
    uint64_t max_items;
    unsigned participants, workers, threads;
    const char *shm;            /* options of the file system */
    void (*limit)(void);        /* takes rights or descriptors from this process, if plan_limits() it */
    uint64_t limited_answers;   /* codes that its calls may answer then */
    uint64_t limited_opens;     /* codes that an open may answer then, and the first call of a forked child */
    uint64_t disturbed_answers; /* codes that calls of all workers may answer because of the disturbance */
    const struct disturbance *disturbance;
    void (*run)(struct scene *scene, double seconds);                             /* NULL: cycle_run() */
    void (*run_worker)(const struct plan *plan, unsigned ordinal, uint64_t seed); /* of a worker; NULL: worker_run() */
};

/* The first workers stay as they are, so that somebody can notice the dead. */
enum { HEALTHY = 3 };
static inline bool plan_limits(const struct plan *plan, unsigned ordinal)
{
    return plan->limit != NULL && ordinal >= HEALTHY;
}

extern const struct plan plans[];
extern const unsigned plan_count;

#endif
