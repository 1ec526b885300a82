/*
 * An item's bytes, which all follow from its id and size; and sizes that lie at the borders of the format.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef PAYLOAD_H
#define PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PAYLOAD_MIN = 16 };

void payload_fill(void *memory, uint64_t id, size_t size);

/* The id; 0 if the bytes are not those of an item of this size. */
uint64_t payload_id(const void *memory, size_t size);

/* A random size between PAYLOAD_MIN and item_max: small, 4095 to 4097, or within 8 bytes of a segment boundary. */
size_t payload_size(uint64_t *seed, size_t segment, size_t item_max);

#endif
