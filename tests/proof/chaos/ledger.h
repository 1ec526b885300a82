/*
 * The account outside the queue, for the worker in C; README.md lays it out, ledger.py says why it survives.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef LEDGER_H
#define LEDGER_H

#include <stdatomic.h>
#include <stdint.h>

enum { LEDGER_SLOTS = 32, LEDGER_ROOTS = 16, LEDGER_IDS = 1 << 20 };
enum { LEDGER_FORKING = 1 };                                                /* in pid */
enum { LEDGER_FORK = 1, LEDGER_EXEC = 2 };                                  /* in request */
enum { INSIDE_PUT = 1, INSIDE_GET, INSIDE_DONE, INSIDE_NACK, INSIDE_JOIN }; /* in inside */

struct ledger_slot {
    atomic_uint_fast64_t next, done, violations, pid, inside, request, closefroms, execs;
};

typedef atomic_uchar ledger_state[LEDGER_SLOTS * LEDGER_IDS];

struct ledger {
    atomic_uint_fast64_t stop, unused[7];
    struct ledger_slot slot[LEDGER_SLOTS];
    char padding[4096 - 64 * (1 + LEDGER_SLOTS)];
    ledger_state started, put, delivered, finishing, finished;
};

/* The file's mapping; ends the program if it cannot be had. */
struct ledger *ledger_open(const char *path);

/* For words that this process alone writes. */
static inline void ledger_add(atomic_uint_fast64_t *word)
{
    atomic_store_explicit(word, atomic_load_explicit(word, memory_order_relaxed) + 1, memory_order_release);
}

#endif
