/*
 * What a user does, as one operation in which calls are made to fail.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SCENARIO_H
#define SCENARIO_H

#include "scene.h"

struct scenario {
    const char *name;
    uint32_t flags;        /* of the queue */
    int normal;            /* what the operation answers without a fault */
    result_set documented; /* what ipcq.h says that it may answer besides */
    bool first;            /* the process's first use of the library */
    bool opens;            /* the operation opens scene->queue */
    bool makes;            /* ... and makes the queue: nothing may stay if that fails */
    void (*prepare)(struct scene *scene);
    int (*operate)(struct scene *scene);
};

extern const struct scenario scenarios[];
extern const unsigned scenario_count;

/* Sets of ipcq.h, one a call. */
/* NOMEM: a thread's first call. */
#define DOCUMENTED_LOOK (RESULT(INVALID) | RESULT(BADHANDLE) | RESULT(CORRUPT) | RESULT(NOMEM))
/* Of a look that asks the system, too, about the dead and the file. */
#define DOCUMENTED_LOOK_AT_FILE (RESULT(SYSTEM) | DOCUMENTED_LOOK)
#define DOCUMENTED_OPEN                                                                                                \
    (RESULT(BADNAME) | RESULT(SCHEME) | RESULT(INVALID) | RESULT(NOTFOUND) | RESULT(EXISTS) | RESULT(MISMATCH) |       \
     RESULT(DENIED) | RESULT(FOREIGN) | RESULT(TRUNCATED) | RESULT(BADVERSION) | RESULT(BADABI) | RESULT(CORRUPT) |    \
     RESULT(CROWDED) | RESULT(NOSHM) | RESULT(NOSPACE) | RESULT(NOMEM) | RESULT(FILELIMIT) | RESULT(SPACELIMIT) |      \
     RESULT(FDLIMIT) | RESULT(SYSTEM) | RESULT(BUSY))
#define DOCUMENTED_PUT                                                                                                 \
    (RESULT(FULL) | RESULT(TIMEDOUT) | RESULT(CLOSED) | RESULT(TOOBIG) | RESULT(NOSPACE) | RESULT(FILELIMIT) |         \
     RESULT(DENIED) | RESULT(SYSTEM) | RESULT(BUSY) | DOCUMENTED_LOOK)
#define DOCUMENTED_GET                                                                                                 \
    (RESULT(EMPTY) | RESULT(TIMEDOUT) | RESULT(CLOSED) | RESULT(TOOBIG) | RESULT(SYSTEM) | RESULT(BUSY) |              \
     DOCUMENTED_LOOK)
#define DOCUMENTED_WAIT (RESULT(INTERRUPTED) | RESULT(CANCELLED))
#define DOCUMENTED_FINISH (RESULT(NOTTAKEN) | RESULT(INHERITED) | RESULT(NOTJOINABLE) | DOCUMENTED_LOOK)
#define DOCUMENTED_JOIN (RESULT(TIMEDOUT) | RESULT(NOTJOINABLE) | RESULT(SYSTEM) | DOCUMENTED_LOOK)
#define DOCUMENTED_NAME                                                                                                \
    (RESULT(TOOBIG) | RESULT(DENIED) | RESULT(EXISTS) | RESULT(NOSHM) | RESULT(NOSPACE) | DOCUMENTED_LOOK_AT_FILE)
#define DOCUMENTED_UNLINK                                                                                              \
    (RESULT(BADNAME) | RESULT(SCHEME) | RESULT(INVALID) | RESULT(NOTFOUND) | RESULT(DENIED) | RESULT(NOSHM) |          \
     RESULT(FOREIGN) | RESULT(NOMEM) | RESULT(SYSTEM))
/* A forked child's first call opens the queue anew, so it may answer like open. */
#define DOCUMENTED_FIRST                                                                                               \
    (DOCUMENTED_OPEN & ~(RESULT(BADNAME) | RESULT(SCHEME) | RESULT(EXISTS) | RESULT(MISMATCH) | RESULT(BUSY)))

#endif
