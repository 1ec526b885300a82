// SPDX-License-Identifier: Apache-2.0
//
// Names that a language's typemaps match; see interpreter.i.

%include "head.i"

%{
typedef ipcq_t Queue; /* before all that SWIG writes: its name for the class must be the library's own type */

#include "call.h"
#include "results.h"

#include <stdlib.h>

static ipcq_status status(ipcq_t *queue, int code)
{
    ipcq_status result = {queue, code};
    return result;
}

/* Processes may come while the array is being made, so the count is asked again until it fits. */
static ipcq_crowd crowd(ipcq_t *queue)
{
    ipcq_crowd crowd = {NULL, 0, {queue, IPCQ_OK}};
    size_t capacity = 0;
    do {
        capacity = crowd.count;
        free(crowd.value);
        crowd.value = malloc((capacity + 1) * sizeof *crowd.value);
        crowd.status.code =
            crowd.value ? ipcq_participants(queue, crowd.value, capacity, &crowd.count) : IPCQ_NOMEM;
    } while (crowd.status.code == IPCQ_OK && crowd.count > capacity);
    return crowd;
}

static void *owner_keep(void *owner); /* see in_place.i */

static ipcq_place place(Region *region, void *owner, int code)
{
    ipcq_place result = {NULL, {region ? region->queue : NULL, region ? code : IPCQ_NOMEM}};
    if (region && code == IPCQ_OK) {
        region->owner = owner_keep(owner);
        result.value = region;
    } else {
        free(region);
    }
    return result;
}
%}
