/*
 * What happens in each scene of scenes.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SCENE_ACTS_H
#define SCENE_ACTS_H

#include "scenes.h"

extern const struct scene scene_list[], scene_first_open;
extern const unsigned scene_count;

/* Set before the first act. */
extern const char *scene_queue_name;
extern int scene_joinable;
extern struct flag *scene_never; /* is not raised */

/* Takes one item and finishes it: the code of the get. */
int scene_take(ipcq_t *queue, int64_t deadline_ns);

/* Takes and finishes all items. 0, or 1 if that failed. */
int scene_drain(ipcq_t *queue);

/* Acts. The second one does not use `queue`. */
int scene_open_and_close(ipcq_t *queue);
int scene_make_and_remove(ipcq_t *queue);

#endif
