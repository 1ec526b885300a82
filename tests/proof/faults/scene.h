/*
 * The world of one case: a queue, what it must hold, and what this process must own. Each case has a process of its
 * own.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SCENE_H
#define SCENE_H

#include "fault_table.h"
#include "footprint.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { SCENE_ITEMS = 400, SCENE_BATCH = 100, SCENE_TEXT = 500 };

struct scene {
    char name[100];
    char path[140];
    uint32_t flags;
    ipcq_t *queue; /* under test; NULL while it is not open */
    uint64_t next_id;
    size_t ready; /* what is ready, oldest first */
    uint64_t ids[SCENE_ITEMS];
    size_t sizes[SCENE_ITEMS];
    size_t taken;    /* held by `queue`, unfinished */
    bool any_order;  /* a dead peer's items may come back late */
    bool given_back; /* some of its items were delivered before */
    bool shut_down;
    bool with_fork;           /* the handle must work in forked children: what failed was there for that */
    bool gone;                /* the name was removed, or is to vanish */
    bool closed_behind;       /* the library was told that its descriptor is closed */
    pid_t peer;               /* killed at the end; 0: none */
    int peer_answer;          /* awaited instead: its exit code must be 0 */
    struct footprint before;  /* of the process, when it had no queue */
    char message[300];        /* of the last open */
    char problem[SCENE_TEXT]; /* the first thing that was wrong; empty: none */
};

/* Notes the first thing that is wrong. */
void scene_fault(struct scene *scene, const char *format, ...) __attribute__((format(printf, 2, 3)));

int scene_open(struct scene *scene, uint32_t flags);
int scene_open_into(struct scene *scene, ipcq_t **out, const char *name, ipcq_options options);

/* Put and take with the account kept; the result of the call. */
int scene_put(struct scene *scene, size_t size, int64_t deadline_ns);
int scene_get(struct scene *scene, int64_t deadline_ns);
int scene_get_alloc(struct scene *scene);
int scene_finish(struct scene *scene);

/* The same, several in one call, which takes or puts as many as it can. */
int scene_put_many(struct scene *scene, size_t size, size_t count);
int scene_get_many(struct scene *scene);

/* The same without copies. What cannot be committed is abandoned. */
int scene_reserve_and_commit(struct scene *scene, size_t size);
int scene_borrow(struct scene *scene, ipcq_view *out_view);

/* The same into another handle of the queue; and the account for what somebody else put, before the place-th ready
 * item. */
int scene_put_into(struct scene *scene, ipcq_t *queue, size_t size, int64_t deadline_ns);
void scene_expect(struct scene *scene, size_t place, uint64_t id, size_t size);

/* A process that opens the queue, takes `items` of it and is killed, or sleeps until the end of the scene. */
void scene_kill_a_taker(struct scene *scene, unsigned items);

/* Goes on in a forked child; the parent keeps its handle, waits, and ends with the child's answer. */
void scene_fork(struct scene *scene);

/* Everything that must hold afterwards, whatever the call answered; leaves nothing behind. */
void scene_check_and_end(struct scene *scene);

#endif
