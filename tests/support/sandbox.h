/*
 * A seccomp filter that a process enters after it has opened a queue. A forbidden call answers EPERM from then on, in
 * all threads and in all children.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SANDBOX_H
#define SANDBOX_H

enum sandbox_rule {
    SANDBOX_OFD_LOCKS,  /* fcntl(2) with the commands for locks of open file descriptions */
    SANDBOX_MEMBARRIER, /* membarrier(2) */
    SANDBOX_MADVISE,    /* madvise(2) */
};

/* 0, or -1: no right to, or an architecture that the filter does not know. */
int sandbox_enter(enum sandbox_rule rule);

/* Says why and skips the test of CMocka if a child cannot enter one. */
void sandbox_skip_without(void);

#endif
