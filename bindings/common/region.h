/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory inside a queue that a language looks at: a reservation, or a borrowed item.
 *
 * Its bytes may be touched while it is live. The idiom layer keeps a list of each queue's regions, so that close()
 * ends them before the memory goes. All of this is under the interpreter's lock. */
#ifndef IPCQ_BINDINGS_REGION_H
#define IPCQ_BINDINGS_REGION_H

#include "call.h"

#include <unistd.h>

/* The answer, beside those of the library, for a region that cannot end: a view of it is still in use. */
enum { REGION_IN_USE = 1 };

typedef struct region {
    ipcq_t *queue;
    void *data;
    ipcq_item item; /* of a reservation only the size */
    int reserved;   /* may be written; else borrowed */
    int live;
    int views;   /* the language's views of it, which nobody can take away */
    pid_t pid;   /* whose it is: a forked child does not have the memory */
    void *owner; /* the language's queue object, kept alive for these */
} Region;

static Region *region_new(ipcq_t *queue, int reserved)
{
    Region *region = calloc(1, sizeof *region);
    if (region) {
        region->queue = queue;
        region->reserved = reserved;
        region->pid = getpid();
    }
    return region;
}

/* May its bytes be touched? */
static int region_is_here(const Region *region) { return region->live && region->pid == getpid(); }

static int region_reserve(Region *region, uint64_t size, int64_t deadline_ns)
{
    struct call call = {.verb = VERB_RESERVE, .queue = region->queue, .deadline_ns = deadline_ns};
    call.size = (size_t)size;
    region->live = call_make(&call) == IPCQ_OK;
    region->data = call.received;
    region->item.size = size;
    return call.code;
}

static int region_borrow(Region *region, uint64_t accept, int64_t deadline_ns)
{
    ipcq_view view = {0};
    struct call call = {.verb = VERB_BORROW, .queue = region->queue, .deadline_ns = deadline_ns};
    call.accept = accept;
    call.views = &view;
    region->live = call_make(&call) == IPCQ_OK;
    region->data = (void *)view.data;
    region->item = view.item;
    return call.code;
}

/* While it waits for room, no new view is made. */
static int region_commit(Region *region, uint64_t size, uint32_t type, int64_t deadline_ns)
{
    struct call call = {.verb = VERB_COMMIT, .queue = region->queue, .deadline_ns = deadline_ns};
    if (!region->live)
        return IPCQ_NOTRESERVED;
    if (region->views)
        return REGION_IN_USE;
    call.data = region->data;
    call.size = (size_t)size;
    call.type = type;
    region->live = 0;
    if (call_make(&call) != IPCQ_OK && call.code != IPCQ_NOTRESERVED && call.code != IPCQ_BADHANDLE)
        region->live = 1;
    return call.code;
}

/* A reservation is given up, a borrowed item is finished, or given back to the queue. */
static int region_end(Region *region, int give_back)
{
    if (!region->live)
        return region->reserved ? IPCQ_NOTRESERVED : IPCQ_NOTTAKEN;
    if (region->views)
        return REGION_IN_USE;
    struct call nack = {.verb = VERB_NACK, .queue = region->queue};
    nack.ticket = region->item.ticket;
    region->live = 0;
    int code = region->reserved ? ipcq_abandon(region->queue, region->data)
               : give_back      ? call_make(&nack)
                                : ipcq_release(region->queue, region->item.ticket);
    if (code == IPCQ_NOTJOINABLE || code == IPCQ_BUSY || code == IPCQ_INTERRUPTED)
        region->live = 1;
    return code;
}

/* The queue is about to be closed, which gives back what it was. There must be no view of it. */
static void region_forget(Region *region) { region->live = 0; }

/* A borrowed item that nobody ended stays unfinished, as any that was taken. */
static void region_free(Region *region)
{
    if (region_is_here(region) && region->reserved)
        ipcq_abandon(region->queue, region->data);
    free(region);
}

#endif
