/*
 * Numbers that look random and are the same for the same seed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef RANDOM_H
#define RANDOM_H

#include <stdint.h>

/* One number for one number (the finalizer of MurmurHash3). */
static inline uint64_t random_mix(uint64_t number)
{
    number ^= number >> 33;
    number *= UINT64_C(0xff51afd7ed558ccd);
    number ^= number >> 33;
    number *= UINT64_C(0xc4ceb9fe1a85ec53);
    return number ^ number >> 33;
}

/* The next of a sequence. */
static inline uint64_t random_next(uint64_t *seed)
{
    *seed += UINT64_C(0x9e3779b97f4a7c15);
    return random_mix(*seed);
}

#endif
