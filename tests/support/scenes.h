/*
 * Scenes that lead through all functions of ipcq.h and through their rare ways: growing, waiting, a dead peer's item,
 * memory that goes back, a forked child's first call, lost descriptors. Each runs in a child process of its own, where
 * a test interferes before the n-th call that the library makes (library_calls.h), for each n. Afterwards the process
 * must be able to fork, and the queue must be as it would be without the interference: no lock held, no claim, no
 * participant too many.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SCENES_H
#define SCENES_H

#include "queue_fixture.h"

#include <stdbool.h>

struct scene {
    const char *name;
    int (*prepare)(ipcq_t *queue); /* in the child, before the interference; may be NULL */
    int (*act)(ipcq_t *queue);     /* 0 if each call answered as usual */
    int fresh;                     /* the act is the first call of the forked child */
};

/* Carries out the act with the interference before call `at`, and says whether it came. 0 if the act went well. */
typedef int scene_runner(const struct scene *scene, ipcq_t *queue, unsigned at, bool *out_struck);

/* All scenes, each with n = 1, 2, ... until the interference does not come any more; the fixture's queue is plain or
 * joinable, of SCENES_CAPACITY bytes. Fails the test with the scene, the number and the call. */
void scenes_run(struct queue_fixture *fixture, scene_runner *run);

/* The same with the first ipcq_open() of a process, for a NAME_TEST before all others. */
void scenes_run_first_open(struct queue_fixture *fixture, scene_runner *run);

enum { SCENES_CAPACITY = 1 << 20 };

#endif
