/*
 * The account that random_kills keeps outside the queue, in memory shared by all its processes: what was put, handed
 * out and finished. Every entry is one atomic operation, so that a process killed at any point leaves a true account.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CHAOS_LEDGER_H
#define CHAOS_LEDGER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { CHAOS_IDS = 48 * 1000 * 1000, CHAOS_WORKERS = 8 };

/* What is known of an item. */
enum {
    CHAOS_STARTED = 1,   /* a put of it was begun: it may be in the queue */
    CHAOS_PUT = 2,       /* the put answered OK: it must be finished in the end */
    CHAOS_DELIVERED = 4, /* a get answered with it */
    CHAOS_FINISHING = 8, /* a task_done of it was begun */
    CHAOS_FINISHED = 16, /* the task_done answered OK: it must never be seen again */
};

struct chaos_ledger {
    atomic_uint_fast64_t next_id;
    atomic_uint_fast64_t finished; /* progress */
    atomic_int producers_stop;
    atomic_int violations;
    atomic_int inside_get[CHAOS_WORKERS]; /* 1 while the worker may hold an item that the account does not know of */
    atomic_uchar item[CHAOS_IDS];
};

struct chaos_ledger *chaos_ledger_new(void);
void chaos_ledger_free(struct chaos_ledger *ledger);

/* Says what is wrong and counts it. */
void chaos_violation(struct chaos_ledger *ledger, const char *what, uint64_t id);

/* Marks the item and returns what was known of it before. */
unsigned chaos_mark(struct chaos_ledger *ledger, uint64_t id, unsigned bits);

/* What the account says when the queue is empty and nobody works any more. */
struct chaos_result {
    uint64_t put;       /* puts that answered OK */
    uint64_t uncertain; /* puts that were killed: in or not, both is right */
    uint64_t missing;   /* put, and never delivered (plain) or never begun to be finished (joinable) */
    uint64_t unknown;   /* joinable: finished by one that was killed before it could say so, or not */
};
struct chaos_result chaos_count(struct chaos_ledger *ledger, bool joinable);

#endif
