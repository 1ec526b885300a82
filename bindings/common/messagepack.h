/* SPDX-License-Identifier: Apache-2.0
 *
 * The numbers of MessagePack, for the values that a language's native module encodes and decodes by itself. */
#ifndef IPCQ_BINDINGS_MESSAGEPACK_H
#define IPCQ_BINDINGS_MESSAGEPACK_H

#include <stddef.h>
#include <stdint.h>

static size_t store_number(unsigned char *out, unsigned char format, uint64_t bits, size_t width)
{
    out[0] = format;
    for (size_t i = 0; i < width; i++)
        out[1 + i] = (unsigned char)(bits >> (8 * (width - 1 - i)));
    return 1 + width;
}

static uint64_t load_number(const unsigned char *bytes, size_t width)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < width; i++)
        bits = bits << 8 | bytes[i];
    return bits;
}

/* In the shortest form, as every MessagePack library writes it. */
static size_t encode_int(long long value, unsigned char *out)
{
    uint64_t bits = (uint64_t)value;
    if (value >= 0) {
        if (value < 0x80)
            return store_number(out, (unsigned char)value, 0, 0);
        if (value <= UINT8_MAX)
            return store_number(out, 0xcc, bits, 1);
        if (value <= UINT16_MAX)
            return store_number(out, 0xcd, bits, 2);
        if (value <= UINT32_MAX)
            return store_number(out, 0xce, bits, 4);
        return store_number(out, 0xcf, bits, 8);
    }
    if (value >= -32)
        return store_number(out, (unsigned char)bits, 0, 0);
    if (value >= INT8_MIN)
        return store_number(out, 0xd0, bits, 1);
    if (value >= INT16_MIN)
        return store_number(out, 0xd1, bits, 2);
    if (value >= INT32_MIN)
        return store_number(out, 0xd2, bits, 4);
    return store_number(out, 0xd3, bits, 8);
}

#endif
