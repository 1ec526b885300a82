/*
 * What an item of the chaos holds: all of its bytes follow from its id.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAYLOAD_H
#define PAYLOAD_H

#include "ledger.h"

#include <stdbool.h>
#include <stddef.h>

enum { LARGE_BYTES = 16384 };

struct payload {
    uint64_t id;
    unsigned char tail[LARGE_BYTES];
};

/* Returns the size. */
size_t payload_fill(struct payload *payload, uint64_t id);
bool payload_is_intact(const struct payload *payload, uint64_t size);

#endif
