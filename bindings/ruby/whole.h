/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole numbers that Ruby gives to a call. SWIG's own conversion takes -1 for 2^64-1, and its sentences speak C. */
#ifndef IPCQ_RUBY_WHOLE_H
#define IPCQ_RUBY_WHOLE_H

#include "raising.h"

/* `name` is that of the C parameter. */
static uint64_t whole_number(VALUE value, const char *name, uint64_t most)
{
    if (FIXNUM_P(value) && FIX2LONG(value) >= 0 && (uint64_t)FIX2LONG(value) <= most)
        return (uint64_t)FIX2LONG(value);
    const char *shown = strcmp(name, "max_items") == 0 ? "max" : name;
    if (!RB_INTEGER_TYPE_P(value))
        rb_raise(rb_eTypeError, "%s is a whole number, not %" PRIsVALUE, shown, rb_inspect(value));
    if (RTEST(rb_funcall(value, rb_intern("between?"), 2, INT2FIX(0), ULL2NUM(most))))
        return NUM2ULL(value);
    VALUE sentence = rb_sprintf("%s is a whole number from 0 to %llu, not %" PRIsVALUE, shown, (unsigned long long)most,
                                rb_inspect(value));
    raise_code(IPCQ_INVALID, StringValueCStr(sentence), Qnil);
}

#endif
