/*
 * Is every function that libipcq.so calls either made to fail by this proof or named with a reason why not?
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SYMBOLS_H
#define SYMBOLS_H

#include <stdbool.h>

/* Prints a violation for each one that is not; returns how many. */
unsigned symbols_check(void);

/* Does libipcq.so call one of these functions, separated by blanks? */
bool symbols_imports(const char *functions);

#endif
