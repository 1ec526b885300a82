/* SPDX-License-Identifier: Apache-2.0
 *
 * One call that may wait, packed so that it can run where an interpreter's lock is not held.
 *
 * A language defines before it uses call_make()
 *     static int call_unlocked(struct call *call);
 * which runs call_run(call, call->deadline_ns) without the interpreter's lock, again each time it returns
 * IPCQ_INTERRUPTED and the language's own signal handlers did not raise. The deadline is absolute, so that a repetition
 * does not lengthen the wait. */
#ifndef IPCQ_BINDINGS_CALL_H
#define IPCQ_BINDINGS_CALL_H

#include <ipcq.h>
#include <stdlib.h>

enum verb {
    VERB_PUT,
    VERB_GET,
    VERB_JOIN, /* wait for room, for an item, for the last task_done */
    VERB_PUT_MANY,
    VERB_GET_MANY,
    VERB_RESERVE,
    VERB_COMMIT,
    VERB_BORROW, /* wait for room or for an item, too */
    VERB_NACK,
    VERB_SHUTDOWN,
    VERB_CLOSE /* wait for nothing but another process or thread that is in the way */
};

struct call {
    enum verb verb;
    ipcq_t *queue;
    int64_t deadline_ns;
    const void *data; /* put: borrowed from the caller for the length of the call; commit: the reservation */
    size_t size;      /* put, reserve, commit */
    uint32_t type;
    int mode;        /* shutdown */
    uint64_t ticket; /* nack */
    uint64_t accept; /* get: which types */
    void *small;     /* get: the caller's buffer, where most items fit, which spares an allocation */
    size_t small_size;
    void *received; /* get: the item's bytes, in `small` or from ipcq_get_alloc(); reserve: the reservation */
    ipcq_item item;
    const ipcq_message *messages; /* put_many */
    ipcq_view *views;             /* get_many; borrow: one */
    size_t count_max;             /* put_many, get_many */
    size_t count;                 /* how many of them were put or taken */
    void *large;                  /* get_many: malloc'ed, for items that `small` is too small for */
    size_t large_size;
    int code;
};

enum { CALL_SMALL = 4096 };

static int call_unlocked(struct call *call);

static int call_get_many(struct call *call, const ipcq_wait *wait)
{
    for (;;) {
        void *buffer = call->large ? call->large : call->small;
        size_t size = call->large ? call->large_size : call->small_size;
        int code =
            ipcq_get_many(call->queue, buffer, size, call->views, call->count_max, &call->count, call->accept, wait);
        if (code == IPCQ_WRONGTYPE)
            call->item = call->views[0].item;
        if (code != IPCQ_TOOBIG)
            return code;
        free(call->large);
        call->large_size = (size_t)call->views[0].item.size;
        if (!(call->large = malloc(call->large_size)))
            return IPCQ_NOMEM;
    }
}

/* One attempt with the given deadline. Nothing was put or taken unless it returns IPCQ_OK. */
static int call_run(struct call *call, int64_t deadline_ns)
{
    ipcq_wait wait = {deadline_ns, NULL, IPCQ_INTERRUPTIBLE, 0};
    switch (call->verb) {
    case VERB_PUT: call->code = ipcq_put_typed(call->queue, call->data, call->size, call->type, &wait); break;
    case VERB_GET:
        call->received = call->small;
        call->code = ipcq_get_item(call->queue, call->small, call->small_size, &call->item, call->accept, &wait);
        if (call->code == IPCQ_TOOBIG) {
            call->received = NULL;
            call->code = ipcq_get_alloc(call->queue, &call->received, &call->item, call->accept, &wait);
        }
        break;
    case VERB_PUT_MANY:
        call->code = ipcq_put_many(call->queue, call->messages, call->count_max, &call->count, &wait);
        break;
    case VERB_GET_MANY: call->code = call_get_many(call, &wait); break;
    case VERB_RESERVE: call->code = ipcq_reserve(call->queue, call->size, &call->received, &wait); break;
    case VERB_COMMIT: call->code = ipcq_commit(call->queue, (void *)call->data, call->size, call->type, &wait); break;
    case VERB_BORROW: call->code = ipcq_borrow(call->queue, call->views, call->accept, &wait); break;
    case VERB_JOIN: call->code = ipcq_join_wait(call->queue, &wait); break;
    case VERB_NACK: call->code = ipcq_nack(call->queue, call->ticket); break;
    case VERB_SHUTDOWN: call->code = ipcq_shutdown(call->queue, call->mode); break;
    case VERB_CLOSE: call->code = ipcq_close(call->queue); break;
    }
    return call->code;
}

/* Most puts and gets end with a try under the interpreter's lock; only then comes the expensive way.
 * BUSY and INTERRUPTED say nothing about the queue, so even a call that must not wait goes on to ask again. */
static int call_make(struct call *call)
{
    if (call->verb == VERB_NACK || call->verb == VERB_SHUTDOWN || call->verb == VERB_CLOSE)
        return call_unlocked(call);

    switch (call_run(call, IPCQ_NOWAIT)) {
    case IPCQ_EMPTY:
    case IPCQ_FULL:
    case IPCQ_TIMEDOUT: /* join */ return call->deadline_ns == IPCQ_NOWAIT ? call->code : call_unlocked(call);
    case IPCQ_BUSY:
    case IPCQ_INTERRUPTED: return call_unlocked(call);
    default: return call->code;
    }
}

/* Releases what a get or get_many received, after it was copied into values of the language. */
static void call_release(struct call *call)
{
    if (call->verb == VERB_GET && call->code == IPCQ_OK && call->received != call->small)
        ipcq_free(call->received);
    free(call->large);
}

#endif
