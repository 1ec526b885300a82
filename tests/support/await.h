/*
 * Waiting for what other processes do, as the queue's own statistics show it. Each returns when it is so; the watchdog
 * ends a wait that never ends.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef AWAIT_H
#define AWAIT_H

#include <ipcq.h>
#include <stdbool.h>

ipcq_stats stats_of(ipcq_t *queue);

void await_getters(ipcq_t *queue, uint32_t sleeping);
void await_putters(ipcq_t *queue, uint32_t sleeping);
void await_joiners(ipcq_t *queue, uint32_t sleeping);
void await_taken(ipcq_t *queue, uint64_t taken);
void await_items(ipcq_t *queue, uint64_t items);
void await_participants(ipcq_t *queue, uint32_t participants);

/* Until so many items in total were taken back from the dead. It joins the queue, which must be joinable, for moments:
 * they who wait take back, statistics only look. */
void await_recovered(ipcq_t *queue, uint64_t recovered);

/* A flag that processes share: `struct flag *flag = flag_new()` before fork(). */
struct flag;
struct flag *flag_new(void);
void flag_free(struct flag *flag);
void flag_raise(struct flag *flag);
void flag_await(struct flag *flag);
bool flag_is_raised(const struct flag *flag);

#endif
