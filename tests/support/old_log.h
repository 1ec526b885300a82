/*
 * A long log whose items are all finished, before the frontier has moved; a look that stops on its way along it; and
 * the memory of it given back. For programs with test hooks.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef OLD_LOG_H
#define OLD_LOG_H

#include <ipcq.h>
#include <stdbool.h>

enum {
    OLD_LOG_CAPACITY = 60 << 16
}; /* bytes, in segments of 64 KiB: the log fills it, else ipcq_full() would not walk */
enum old_log_look { OLD_LOG_STAT, OLD_LOG_FULL };

/* The queue is joinable, empty, and has this capacity. False if a call fails. */
bool old_log_make(ipcq_t *queue);

/* Joins, so that the frontier moves, and waits until an idle queue has given memory back. */
bool old_log_give_back(ipcq_t *queue);

/* For a child: looks, and stops itself each time when it begins its walk. */
int old_log_look(ipcq_t *queue, enum old_log_look look);

#endif
