/*
 * The end of a scene: what is in the queue, in the ledger and in /dev/shm when all workers have left.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FINAL_CHECK_H
#define FINAL_CHECK_H

#include "scene.h"

/* Makes the scene's queue. Its maker is a process that dies at once; a nameless queue is made by this process. False if
 * it cannot be made. */
bool scene_make_queue(struct scene *scene);

/* Drains the queue, judges it, removes it. */
void final_check(struct scene *scene);

#endif
