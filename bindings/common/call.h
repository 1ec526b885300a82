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

enum verb {
    VERB_PUT,
    VERB_GET,
    VERB_JOIN, /* wait for room, for an item, for the last task_done */
    VERB_NACK,
    VERB_SHUTDOWN,
    VERB_CLOSE /* wait for nothing but another process or thread that is in the way */
};

struct call {
    enum verb verb;
    ipcq_t *queue;
    int64_t deadline_ns;
    const void *data; /* put: borrowed from the caller for the length of the call */
    size_t size;
    uint32_t type;
    int mode;        /* shutdown */
    uint64_t ticket; /* nack */
    uint64_t accept; /* get: which types */
    void *small;     /* get: the caller's buffer, where most items fit, which spares an allocation */
    size_t small_size;
    void *received; /* get: the item's bytes, in `small` or from ipcq_get_alloc() */
    ipcq_item item;
    int code;
};

enum { CALL_SMALL = 4096 };

static int call_unlocked(struct call *call);

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

/* Releases what a get received, after it was copied into a value of the language. */
static void call_release(struct call *call)
{
    if (call->code == IPCQ_OK && call->received != call->small)
        ipcq_free(call->received);
}

#endif
