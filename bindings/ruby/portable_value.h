/* SPDX-License-Identifier: Apache-2.0
 *
 * Is a Ruby value portable? bindings/README.md, "What travels", says which values are. No Ruby code runs here. */
#ifndef IPCQ_RUBY_PORTABLE_VALUE_H
#define IPCQ_RUBY_PORTABLE_VALUE_H

#include "portable.h"
#include "scalar.h"

static int is_valid_text(VALUE text)
{
    int encoding = rb_enc_get_index(text);
    return (encoding == rb_utf8_encindex() || encoding == rb_usascii_encindex()) &&
           rb_enc_str_coderange(text) != ENC_CODERANGE_BROKEN;
}

static int is_portable_integer(VALUE integer)
{
    return FIXNUM_P(integer) || (FIX2INT(rb_big_cmp(integer, ULL2NUM(UINT64_MAX))) <= 0 &&
                                 FIX2INT(rb_big_cmp(integer, LL2NUM(INT64_MIN))) >= 0);
}

static int is_portable_key(VALUE key)
{
    if (NIL_P(key) || key == Qtrue || key == Qfalse || RB_FLOAT_TYPE_P(key))
        return 1;
    if (RB_INTEGER_TYPE_P(key))
        return is_portable_integer(key);
    if (SYMBOL_P(key))
        return is_valid_text(rb_sym2str(key));
    return RB_TYPE_P(key, T_STRING) && is_valid_text(key);
}

struct portable_walk {
    int depth_left;
    int is_portable;
};

static int is_portable_within(VALUE value, int depth_left);

static int portable_pair(VALUE key, VALUE value, VALUE address)
{
    struct portable_walk *walk = (struct portable_walk *)address;
    walk->is_portable = is_portable_key(key) && is_portable_within(value, walk->depth_left);
    return walk->is_portable ? ST_CONTINUE : ST_STOP;
}

/* The limit of depth also ends the walk of a value that contains itself. */
static int is_portable_within(VALUE value, int depth_left)
{
    if (RB_TYPE_P(value, T_ARRAY)) {
        if (depth_left == 0)
            return 0;
        for (long i = 0; i < RARRAY_LEN(value); i++)
            if (!is_portable_within(RARRAY_AREF(value, i), depth_left - 1))
                return 0;
        return 1;
    }
    if (RB_TYPE_P(value, T_HASH)) {
        struct portable_walk walk = {depth_left - 1, 1};
        if (depth_left == 0)
            return 0;
        rb_hash_foreach(value, portable_pair, (VALUE)&walk);
        return walk.is_portable;
    }
    return is_portable_key(value) || is_binary(value) || RTEST(rb_obj_is_kind_of(value, rb_cTime));
}

/* 0: lib/ipcq/portable.rb looks closer, and knows the words. Text of other encodings and extreme Times are for it. */
static int is_portable(VALUE value) { return is_portable_within(value, PORTABLE_DEPTH_MAX); }

/* What is wrong with the bytes of a MessagePack value, in words; nil if nothing is, but for invalid text. */
static VALUE encoded_fault(VALUE bytes)
{
    static const char *const sentences[] = {
        [PORTABLE_MALFORMED] = "it is cut short or not well formed",
        [PORTABLE_DEEP] = "it is nested more than 128 deep",
        [PORTABLE_KEY] = "a map key is no nil, boolean, number or text",
        [PORTABLE_EXTENSION] = "it holds an extension type that is not a point in time",
        [PORTABLE_TIME] = "it holds a malformed point in time",
    };
    StringValue(bytes);
    enum portable_fault fault =
        portable_check((const unsigned char *)RSTRING_PTR(bytes), (size_t)RSTRING_LEN(bytes), INT64_MIN, INT64_MAX);
    RB_GC_GUARD(bytes);
    return fault == PORTABLE_OK ? Qnil : rb_utf8_str_new_cstr(sentences[fault]);
}

#endif
