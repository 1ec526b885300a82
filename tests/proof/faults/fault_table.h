/*
 * What each kind of call can fail with, and which results of the library fit. Success is always allowed: then the fault
 * was harmless, and the whole result is checked.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FAULT_TABLE_H
#define FAULT_TABLE_H

#include "fault.h"

#include <ipcq.h>

/* A set of results of ipcq.h. */
typedef uint64_t result_set;
#define RESULT(code) (UINT64_C(1) << -(IPCQ_##code))
static inline bool result_in(result_set set, int code) { return code <= 0 && code > -64 && (set >> -code & 1) != 0; }

struct fault_errno {
    int error; /* 0 ends the list */
    result_set fitting;
};

struct fault_row {
    const char *name;      /* of the kind, as --call has it */
    const char *functions; /* whose failing this is: names of the dynamic symbols, separated by blanks */
    struct fault_errno errnos[16];
};

extern const struct fault_row fault_table[FAULT_KINDS];

/* A dynamic symbol of libipcq.so that never fails or whose failing means nothing, and why. */
struct unfailing {
    const char *function;
    const char *reason;
};

extern const struct unfailing unfailing_table[];
extern const unsigned unfailing_count;

#endif
