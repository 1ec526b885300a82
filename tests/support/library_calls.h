/*
 * The calls that the library makes of the C library, interposed: a test lets something happen before the n-th of them.
 *
 * Add library_calls.c to the test's own sources, and let the executable export its symbols (the calls must be found
 * there first). Not under a sanitizer, which stands there itself.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef LIBRARY_CALLS_H
#define LIBRARY_CALLS_H

#include <stdbool.h>

/* From now on the calls of this process are counted from 1, and `strike` runs once, in the calling thread, before call
 * `at`. What it calls itself is not counted. */
void library_calls_arm(unsigned at, void (*strike)(void));

/* Ends the counting. Has the strike come? */
bool library_calls_disarm(void);

/* The name of the call before which the last strike came. */
const char *library_calls_struck(void);

/* From now on membarrier() fails in this process, as in a sandbox. */
void library_calls_refuse_membarrier(void);

#endif
