/*
 * The account of a scene: the history of each item, and the present call of each thread. It lies outside the queue, in
 * anonymous memory that all processes of the scene share. It survives the death of each process that writes it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef LEDGER_H
#define LEDGER_H

#include <ipcq.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { ITEMS_MAX = 1 << 24, WORKERS_MAX = 8, THREADS_MAX = 4 };

/* Bits of an item's state. */
enum {
    ITEM_STARTED = 1,    /* a call that puts it has begun */
    ITEM_PUT = 2,        /* that call answered OK */
    ITEM_REFUSED = 4,    /* that call answered another code */
    ITEM_SEEN = 8,       /* a getter had it */
    ITEM_FINISHING = 16, /* a call that finishes it has begun */
    ITEM_FINISHED = 32,  /* that call answered OK, or a plain get returned it */
};

enum phase { PHASE_WORK, PHASE_DRAIN, PHASE_QUIET, PHASE_STOP };
enum preference { PREFER_NOTHING, PREFER_PUTS, PREFER_TAKES };

/* One thread of a worker. The thread writes it, and the driver reads it, also after the thread's death. */
struct thread_note {
    atomic_uint call;    /* enum call: the call that the thread is in */
    atomic_uint at_risk; /* items that a plain get takes with it if it is killed now */
    atomic_uint quiet;   /* number of the last quiet phase that the thread has reached */
    atomic_bool joining; /* it waits in the join of that quiet phase */
};

enum worker_state { WORKER_COMES, WORKER_WORKS, WORKER_IDLES };

struct worker_note {
    atomic_uint state; /* enum worker_state */
    struct thread_note thread[THREADS_MAX];
    struct thread_note child[THREADS_MAX]; /* of the process that the thread has forked */
};

struct ledger {
    atomic_uint phase, preference;
    atomic_uint quiet;         /* number of the present quiet phase, from 1 */
    atomic_uint victims;       /* bit mask of the workers that keep their items in this quiet phase, to be killed */
    atomic_bool is_first_kept; /* lookers.c: the oldest item is not to be finished yet */
    atomic_ulong progress, puts, takes, finishes, returns, forks, reopens, limited;
    atomic_ulong at_risk; /* items that killed plain getters may have taken with them */
    atomic_ulong next;    /* the next item's id; 0 is none */
    atomic_long violations;
    unsigned long item_max, segment; /* bytes, as the queue was made */
    char queue[64], repeat[128];     /* its name; the options that repeat the scene */
    char anonymous[64];              /* the name of an anonymous queue, of any process */
    struct worker_note worker[WORKERS_MAX];
    atomic_uchar item[ITEMS_MAX];
};

extern struct ledger *ledger;

/* False if there is no memory. */
bool ledger_new(void);

/* An id for a new item, or 0 when all are used. */
uint64_t item_start(void);
void item_answered(uint64_t id, int code); /* of the call that put it */

/* A getter received it. A lease is finished by a later call; any other item is finished now. False if it is wrong. */
bool item_seen(uint64_t id, const ipcq_item *item, bool is_lease);
void item_finishing(uint64_t id);
void item_finished(uint64_t id, int code); /* of the call that finishes it */

/* Each item that was put is finished, or a killed process may have finished it. Returns how many plain items went with
 * their getters. */
unsigned long items_check(bool is_joinable);

/* For a new thread. The items that the last one had at risk are counted. */
void thread_note_begin(struct thread_note *note);

/* Prints a line with the options that repeat the scene. Any process, any thread. */
void violation(const char *format, ...) __attribute__((format(printf, 1, 2)));

static inline enum phase phase_now(void) { return (enum phase)atomic_load(&ledger->phase); }

#endif
