/*
 * The calls that a scene makes, their names, and the codes that each may answer.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CALLS_H
#define CALLS_H

#include <ipcq.h>
#include <stdbool.h>
#include <stdint.h>

enum call {
    CALL_NONE,
    CALL_OPEN,
    CALL_CLOSE,
    CALL_UNLINK,
    CALL_PUT,
    CALL_PUT_MANY,
    CALL_RESERVE,
    CALL_COMMIT,
    CALL_ABANDON,
    CALL_GET,
    CALL_GET_MANY,
    CALL_BORROW,
    CALL_RELEASE,
    CALL_TASK_DONE,
    CALL_NACK,
    CALL_JOIN,
    CALL_LOOK,  /* size, full, stat, participants */
    CALL_FORK,  /* waits for the child */
    CALL_LIMIT, /* loses rights or descriptors */
    CALLS
};

extern const char *const call_name[CALLS];

/* A set of codes. */
#define ANSWER(code) (UINT64_C(1) << -(code))

/* May the call answer the code, in a process that may work at everything? */
bool call_may_answer(enum call call, int code);

/* May it say that the process cannot do what it needs? Calls that need nothing of the system may not. */
bool call_needs_system(enum call call);

#endif
