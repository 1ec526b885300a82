/*
 * Short items for tests whose subject is not the bytes, and results compared by name.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ITEMS_H
#define ITEMS_H

#include "queue_fixture.h"

/* Like assert_int_equal(), saying the names of both codes. */
#define assert_code(actual, expected) items_assert_code(actual, expected, __FILE__, __LINE__)
void items_assert_code(int actual, int expected, const char *file, int line);

#define assert_ok(actual) assert_code(actual, IPCQ_OK)

/* Each puts or takes without waiting and fails the test if that is not possible or the item is another. */
#define put_word(queue, word) items_put_word(queue, word, __FILE__, __LINE__)
#define get_word(queue, word) items_get_word(queue, word, __FILE__, __LINE__)

void items_put_word(ipcq_t *queue, const char *word, const char *file, int line);
ipcq_item items_get_word(ipcq_t *queue, const char *word, const char *file, int line);

/* Fails the test unless the queue holds this many items that are ready, and has this many taken. */
#define assert_holds(queue, items, taken) items_assert_holds(queue, items, taken, __FILE__, __LINE__)
void items_assert_holds(ipcq_t *queue, uint64_t items, uint64_t taken, const char *file, int line);

/* Numbers as items, for children: the result of the call. */
int put_number(ipcq_t *queue, uint64_t number, int64_t deadline_ns);
int get_number(ipcq_t *queue, uint64_t *out_number, ipcq_item *out_item, int64_t deadline_ns);

/* CLOCK_MONOTONIC now. */
int64_t now_ns(void);

#endif
