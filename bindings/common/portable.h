/* SPDX-License-Identifier: Apache-2.0
 *
 * Are these bytes one portable MessagePack value? bindings/README.md, "What travels", says which values are portable.
 * A language asks this of what its MessagePack library wrote, before it is put, and of what was taken, before it is
 * decoded. Whether text is valid UTF-8 is left to that library. */
#ifndef IPCQ_BINDINGS_PORTABLE_H
#define IPCQ_BINDINGS_PORTABLE_H

#include "messagepack.h"

enum { PORTABLE_DEPTH_MAX = 128 };

enum portable_fault {
    PORTABLE_OK,
    PORTABLE_MALFORMED, /* cut short, more than one value, or a format that does not exist */
    PORTABLE_DEEP,      /* more than PORTABLE_DEPTH_MAX arrays and maps in one another */
    PORTABLE_KEY,       /* a map key that is no nil, boolean, number or text */
    PORTABLE_EXTENSION, /* an extension type that is not a point in time */
    PORTABLE_TIME       /* a point in time that is malformed, or that the language cannot hold */
};

/* What the first byte of a value says. */
struct portable_head {
    size_t size;      /* bytes up to the members or the payload, the first one included */
    uint64_t payload; /* bytes of text, of binary or of an extension */
    uint64_t members; /* values that follow: of a map keys as well */
    int is_container; /* an array or a map */
    int is_map;
    int is_extension;
    int may_be_key;
};

static enum portable_fault portable_read_number(const unsigned char *bytes, size_t size, size_t width, uint64_t *number)
{
    if (size < 1 + width)
        return PORTABLE_MALFORMED;
    *number = load_number(bytes + 1, width);
    return PORTABLE_OK;
}

static enum portable_fault portable_read_head(const unsigned char *bytes, size_t size, struct portable_head *head)
{
    static const unsigned char scalar_sizes[] = {4, 8, 1, 2, 4, 8, 1, 2, 4, 8}; /* from 0xca: floats, then integers */
    const unsigned char format = bytes[0];
    enum portable_fault fault = PORTABLE_OK;
    size_t width = 0;
    *head = (struct portable_head){.size = 1};

    if (format < 0x80 || format >= 0xe0 || format == 0xc0 || format == 0xc2 || format == 0xc3) {
        head->may_be_key = 1;
    } else if (format < 0x90) {
        head->is_container = head->is_map = 1;
        head->members = 2 * (uint64_t)(format & 0xf);
    } else if (format < 0xa0) {
        head->is_container = 1;
        head->members = format & 0xf;
    } else if (format < 0xc0) {
        head->payload = format & 0x1f;
        head->may_be_key = 1;
    } else if (format >= 0xca && format <= 0xd3) {
        head->payload = scalar_sizes[format - 0xca];
        head->may_be_key = 1;
    } else if (format >= 0xc4 && format <= 0xc6) {
        width = (size_t)1 << (format - 0xc4);
        fault = portable_read_number(bytes, size, width, &head->payload);
    } else if (format >= 0xd9 && format <= 0xdb) {
        width = (size_t)1 << (format - 0xd9);
        fault = portable_read_number(bytes, size, width, &head->payload);
        head->may_be_key = 1;
    } else if (format >= 0xdc && format <= 0xdf) {
        width = format & 1 ? 4 : 2;
        fault = portable_read_number(bytes, size, width, &head->members);
        head->is_container = 1;
        head->is_map = format >= 0xde;
        head->members <<= head->is_map;
    } else if (format >= 0xd4 && format <= 0xd8) {
        head->payload = UINT64_C(1) << (format - 0xd4);
        head->is_extension = 1;
        head->size = 2; /* the type of the extension */
    } else if (format >= 0xc7 && format <= 0xc9) {
        width = (size_t)1 << (format - 0xc7);
        fault = portable_read_number(bytes, size, width, &head->payload);
        head->is_extension = 1;
        head->size = 2;
    } else {
        return PORTABLE_MALFORMED; /* 0xc1 */
    }
    head->size += width;
    if (fault == PORTABLE_OK && (size < head->size || size - head->size < head->payload))
        fault = PORTABLE_MALFORMED;
    return fault;
}

/* Extension -1, in its forms of 32, 64 and 96 bits. */
static enum portable_fault portable_check_time(const unsigned char *bytes, const struct portable_head *head,
                                               int64_t earliest_s, int64_t latest_s)
{
    uint64_t nanoseconds = 0;
    int64_t seconds = 0;
    if (bytes[head->size - 1] != 0xff)
        return PORTABLE_EXTENSION;
    bytes += head->size;
    switch (head->payload) {
    case 4: seconds = (int64_t)load_number(bytes, 4); break;
    case 8:
        nanoseconds = load_number(bytes, 8) >> 34;
        seconds = (int64_t)(load_number(bytes, 8) & ((UINT64_C(1) << 34) - 1));
        break;
    case 12:
        nanoseconds = load_number(bytes, 4);
        seconds = (int64_t)load_number(bytes + 4, 8);
        break;
    default: return PORTABLE_TIME;
    }
    return nanoseconds < 1000000000 && seconds >= earliest_s && seconds <= latest_s ? PORTABLE_OK : PORTABLE_TIME;
}

/* earliest_s, latest_s: the points in time, in seconds from 1970, that the language can hold. */
static enum portable_fault portable_check(const unsigned char *bytes, size_t size, int64_t earliest_s, int64_t latest_s)
{
    struct {
        uint64_t left; /* values that are still to come */
        int is_map;
    } open[PORTABLE_DEPTH_MAX];
    size_t depth = 0;

    for (;;) {
        struct portable_head head;
        if (size == 0)
            return PORTABLE_MALFORMED;
        enum portable_fault fault = portable_read_head(bytes, size, &head);
        if (fault == PORTABLE_OK && head.is_extension)
            fault = portable_check_time(bytes, &head, earliest_s, latest_s);
        if (fault != PORTABLE_OK)
            return fault;
        if (depth > 0) {
            if (open[depth - 1].is_map && open[depth - 1].left % 2 == 0 && !head.may_be_key)
                return PORTABLE_KEY;
            open[depth - 1].left--;
        }
        if (head.is_container && depth == PORTABLE_DEPTH_MAX)
            return PORTABLE_DEEP;
        if (head.is_container) {
            open[depth].left = head.members;
            open[depth++].is_map = head.is_map;
        }
        bytes += head.size + (size_t)head.payload;
        size -= head.size + (size_t)head.payload;
        while (depth > 0 && open[depth - 1].left == 0)
            depth--;
        if (depth == 0)
            return size == 0 ? PORTABLE_OK : PORTABLE_MALFORMED;
    }
}

#endif
