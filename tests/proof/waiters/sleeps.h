/*
 * What a process does with semaphores, counted: this program has sem_clockwait() and sem_post() of its
 * own, which the library then calls.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SLEEPS_H
#define SLEEPS_H

#include <stdatomic.h>

enum { SLICE_ENDLESS = -1 };

/* In memory that the children share. */
struct sleeps {
    atomic_int begun;     /* waits that the watched process began */
    atomic_int due;       /* set by the parent when nothing is left to wait for */
    atomic_int overslept; /* slices that began after that, and ran out */
};

extern struct sleeps *sleeps;      /* one for the whole program, cleared by sleeps_clear() */
extern _Thread_local int watched;  /* 1: this thread is the one that *sleeps tells of */
extern _Thread_local int slice_ms; /* of this thread: 0 as the library wants it; or so long; or SLICE_ENDLESS */
extern atomic_long posts;          /* of this process: sem_post() */

void sleeps_prepare(void);
void sleeps_clear(void);

#endif
