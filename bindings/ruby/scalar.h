/* SPDX-License-Identifier: Apache-2.0
 *
 * nil, true, false, Integers of 63 bits, Floats and short text as MessagePack and back: what most items are. What these
 * functions leave aside, the msgpack library does (lib/ipcq/values.rb). */
#ifndef IPCQ_RUBY_SCALAR_H
#define IPCQ_RUBY_SCALAR_H

#include "messagepack.h"

#include <ruby.h>
#include <ruby/encoding.h>

enum { SCALAR_TEXT_MAX = 255, SCALAR_MAX = 2 + SCALAR_TEXT_MAX };

static int is_binary(VALUE value)
{
    return RB_TYPE_P(value, T_STRING) && rb_enc_get_index(value) == rb_ascii8bit_encindex();
}

static size_t scalar_encode_text(VALUE text, unsigned char *out)
{
    long size = RSTRING_LEN(text);
    if (size > SCALAR_TEXT_MAX || rb_enc_get_index(text) != rb_utf8_encindex() ||
        rb_enc_str_coderange(text) == ENC_CODERANGE_BROKEN)
        return 0;
    size_t head =
        size < 32 ? store_number(out, (unsigned char)(0xa0 | size), 0, 0) : store_number(out, 0xd9, (uint64_t)size, 1);
    memcpy(out + head, RSTRING_PTR(text), (size_t)size);
    return head + (size_t)size;
}

/* The size of what was written to out[SCALAR_MAX], or 0: not one of these. */
static size_t scalar_encode(VALUE value, unsigned char *out)
{
    if (FIXNUM_P(value))
        return encode_int(FIX2LONG(value), out);
    if (NIL_P(value))
        return store_number(out, 0xc0, 0, 0);
    if (value == Qfalse)
        return store_number(out, 0xc2, 0, 0);
    if (value == Qtrue)
        return store_number(out, 0xc3, 0, 0);
    if (RB_TYPE_P(value, T_STRING))
        return scalar_encode_text(value, out);
    if (RB_FLOAT_TYPE_P(value)) {
        double number = RFLOAT_VALUE(value);
        uint64_t bits = 0;
        memcpy(&bits, &number, sizeof bits);
        return store_number(out, 0xcb, bits, 8);
    }
    return 0;
}

/* Qundef: not one of these, or not well formed. */
static VALUE scalar_decode(const unsigned char *bytes, size_t size)
{
    static const unsigned char widths[] = {1, 2, 4, 8};
    if (size == 0)
        return Qundef;
    unsigned char format = bytes[0];
    if (size == 1) {
        switch (format) {
        case 0xc0: return Qnil;
        case 0xc2: return Qfalse;
        case 0xc3: return Qtrue;
        }
        if (format < 0x80 || format >= 0xe0)
            return INT2FIX((signed char)format);
    }
    if (format >= 0xcc && format <= 0xcf && size == 1u + widths[format - 0xcc])
        return ULL2NUM(load_number(bytes + 1, size - 1));
    if (format >= 0xd0 && format <= 0xd3 && size == 1u + widths[format - 0xd0]) {
        unsigned unused_bits = (unsigned)(64 - 8 * (size - 1));
        return LL2NUM((int64_t)(load_number(bytes + 1, size - 1) << unused_bits) >> unused_bits);
    }
    if (format == 0xcb && size == 9) {
        uint64_t bits = load_number(bytes + 1, 8);
        double number = 0;
        memcpy(&number, &bits, sizeof number);
        return DBL2NUM(number);
    }

    size_t head = (format & 0xe0) == 0xa0 ? 1 : format == 0xd9 && size >= 2 ? 2 : 0;
    if (head == 0 || size - head != (head == 1 ? format & 0x1fu : bytes[1]))
        return Qundef;
    VALUE text = rb_utf8_str_new((const char *)bytes + head, (long)(size - head));
    return rb_enc_str_coderange(text) == ENC_CODERANGE_BROKEN ? Qundef : text;
}

#endif
