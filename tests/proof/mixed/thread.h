/*
 * A thread of a worker: the process it belongs to, its note in the ledger, the items that it holds.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef THREAD_H
#define THREAD_H

#include "calls.h"
#include "ledger.h"
#include "plan.h"

#include <pthread.h>

enum { HELD_MAX = 64 };

/* The one worker of this process. */
struct process {
    const struct plan *plan;
    unsigned ordinal;
    ipcq_t *_Atomic queue; /* all threads use it; any may exchange it */
    atomic_uint exchanges; /* how often that happened, counted before the old one is closed */
    atomic_bool is_limited;
    pthread_rwlock_t mapped; /* read: memory of the queue is used. Written: the handle is closed */
};

extern struct process process;

struct held {
    ipcq_t *queue;
    uint64_t ticket, id;
    const void *view; /* of a borrowed item */
    size_t size;
};

struct worker_thread {
    struct thread_note *note;
    struct thread_note *child_note; /* NULL in a forked child */
    uint64_t seed;
    char *buffer; /* of buffer_bytes */
    size_t buffer_bytes;
    ipcq_t *queue; /* of the present call */
    unsigned exchanges;
    struct held held[HELD_MAX];
    unsigned held_count, held_max;
};

/* A number below `sides`. */
uint64_t random_below(struct worker_thread *thread, uint64_t sides);

/* 0, 1 or 50 ms from now. */
int64_t some_deadline(struct worker_thread *thread);
ipcq_wait some_wait(struct worker_thread *thread);

void rest_us(long microseconds);

/* The handle for the next calls. */
void thread_take_queue(struct worker_thread *thread);

/* CALL(thread, CALL_PUT, ipcq_put(thread->queue, ...)) notes the call, judges its code and returns the code. */
#define CALL(thread, call, expression) thread_left(thread, call, (thread_enters(thread, call), (expression)))
void thread_enters(struct worker_thread *thread, enum call call);
int thread_left(struct worker_thread *thread, enum call call, int code);

/* The queue's memory stays mapped until end_mapped(). False if `queue` is closed; then end_mapped() is not called. */
bool begin_mapped(ipcq_t *queue);
void end_mapped(void);

/* One random call of each kind. */
void put_something(struct worker_thread *thread);
void take_something(struct worker_thread *thread);
void do_something_else(struct worker_thread *thread);

/* Reserves memory, if there is any, which nobody commits. */
void keep_reservation(struct worker_thread *thread);

/* Any of these. ledger->preference says which are frequent. */
void work_once(struct worker_thread *thread);

/* The next item, waited for until the deadline, becomes one that the thread holds. The code of the call. */
int take_one(struct worker_thread *thread, int64_t deadline_ns);

/* Finishes held items, or gives some back, until so many are left. */
void reduce_held_to(struct worker_thread *thread, unsigned count);

/* In a worker: loses its rights, once. */
void limit_process(struct worker_thread *thread);

#endif
