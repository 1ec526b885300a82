/* SPDX-License-Identifier: Apache-2.0 */
#include "payload.h"

#include <string.h>

size_t payload_fill(struct payload *payload, uint64_t id)
{
    uint64_t mixed = (id + 1) * UINT64_C(0x9e3779b97f4a7c15);
    size_t tail = (mixed >> 20) % (mixed >> 58 == 0 ? LARGE_BYTES : 64);
    payload->id = id;
    memset(payload->tail, (int)(mixed >> 48 & 255), tail);
    return sizeof payload->id + tail;
}

bool payload_is_intact(const struct payload *payload, uint64_t size)
{
    static struct payload right;
    return size >= sizeof payload->id && payload->id < (uint64_t)LEDGER_SLOTS * LEDGER_IDS &&
           size == payload_fill(&right, payload->id) && memcmp(payload, &right, size) == 0;
}
