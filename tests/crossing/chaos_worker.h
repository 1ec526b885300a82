/*
 * One of the processes of random_kills: it puts or takes until it is told to stop - or killed, at any moment.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CHAOS_WORKER_H
#define CHAOS_WORKER_H

#include "chaos_ledger.h"

#include <ipcq.h>

struct chaos_worker {
    struct chaos_ledger *ledger;
    const char *name;  /* of the queue */
    ipcq_t *inherited; /* a handle to it from before the fork: every other worker uses this one */
    bool joinable;
    uint64_t backlog_max; /* producers pause while more items than this are unfinished */
    uint64_t large_bytes; /* of one item in 64 */
    int index;            /* in the ledger; even: producer, odd: consumer */
    uint64_t seed;
};

/* A child_function: 0 if all it saw was right. */
int chaos_work(void *worker);

#endif
