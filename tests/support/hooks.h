/*
 * What the library built for tests (the CMake target ipcq_hooks) has besides ipcq.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef HOOKS_H
#define HOOKS_H

#include <stddef.h>

/* From now on this process stops itself, with SIGSTOP, whenever it comes to the point. The points are: "tail_locked",
 * "head_locked", "put_committed", "taken", "frontier_walk", "look_walk", "reaping", "reaper_moved_head_back". Of the
 * removal of an anonymous name: "removal_begins", "removal_decided", "removal_refused". Before such a queue gets its
 * name: "mode_set". NULL: nowhere. */
void ipcq_test_stop_at(const char *point);

/* 1: handles that this process opens from now on to one queue share one mapping of it. So a sanitizer sees that they
 * meet in the same memory. 0: each has its own, as always. */
void ipcq_test_share_mapping(int on);

/* The library takes this for the size of the system's pages, in bytes, when it opens a queue. 0: the true size. */
void ipcq_test_page_size(size_t size);

#endif
