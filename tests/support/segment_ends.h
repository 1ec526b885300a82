/*
 * Items that fill their segments to the last word, beside memory that went back to the system. The record word behind
 * such an item is the last word of the segment, and the next segment may be a hole of the file. A read of a hole
 * takes a new page, or is SIGBUS when /dev/shm is full.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SEGMENT_ENDS_H
#define SEGMENT_ENDS_H

#include <ipcq.h>
#include <stdbool.h>
#include <stddef.h>

/* Of a queue with a capacity of at least 4 MiB. The visit puts at most so many segments at once. */
enum { SEGMENT_BYTES = 65536, SEGMENT_ENDS_CAPACITY = 4 << 20, SEGMENT_ENDS_LIVE_MAX = 12 };

/* A burst, and waits until its memory is given back. False if a call fails. */
bool segment_ends_make_holes(ipcq_t *queue);

/* Puts items of this size, takes them in every way, and makes every call that looks at the queue, all at each end
 * of a segment. `path`: of the queue's object, which must not get a page. NULL, or a text that names the call that
 * failed or got a page. */
const char *segment_ends_visit(ipcq_t *queue, const char *path, size_t size);

/* Item sizes around those that fill one segment, and two. 0 ends the list. */
extern const size_t segment_ends_sizes[];

#endif
