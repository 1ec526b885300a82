/* SPDX-License-Identifier: Apache-2.0 */
#include "payload.h"

#include "support/random.h"

#include <string.h>

enum { RECORD_OVERHEAD = 24 }; /* core/layout/FORMAT.md, section 5: two words before it, and the terminator */

/* Of the item whose mixed id this is. */
static unsigned char byte_of(uint64_t mixed, size_t position)
{
    return (unsigned char)(mixed >> (position % 8 * 8) ^ position / 8);
}

void payload_fill(void *memory, uint64_t id, size_t size)
{
    unsigned char *bytes = memory;
    const uint64_t length = size, mixed = random_mix(id);
    memcpy(bytes, &id, sizeof id);
    memcpy(bytes + 8, &length, sizeof length);
    for (size_t i = PAYLOAD_MIN; i < size; ++i)
        bytes[i] = byte_of(mixed, i);
}

uint64_t payload_id(const void *memory, size_t size)
{
    const unsigned char *bytes = memory;
    uint64_t id = 0, length = 0;
    if (size < PAYLOAD_MIN)
        return 0;
    memcpy(&id, bytes, sizeof id);
    memcpy(&length, bytes + 8, sizeof length);
    if (length != size)
        return 0;
    const uint64_t mixed = random_mix(id);
    for (size_t i = PAYLOAD_MIN; i < size; ++i)
        if (bytes[i] != byte_of(mixed, i))
            return 0;
    return id;
}

size_t payload_size(uint64_t *seed, size_t segment, size_t item_max)
{
    const uint64_t number = random_next(seed);
    const size_t around = number % 17, segments = 1 + (number >> 8) % 16;
    size_t size = 0;
    switch (number >> 16 & 15) {
    case 0: size = 4095 + around % 3; break;
    case 1: size = segment - RECORD_OVERHEAD + around - 8; break; /* fills a segment, or nearly */
    case 2: size = segments * segment - RECORD_OVERHEAD + around - 8; break;
    case 3: size = item_max - around % 9; break;
    case 4: size = PAYLOAD_MIN + (number >> 24) % 2000; break;
    default: size = PAYLOAD_MIN + (number >> 24) % 100; break;
    }
    return size > item_max ? item_max - around % 9 : size;
}
