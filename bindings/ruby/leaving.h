/* SPDX-License-Identifier: Apache-2.0
 *
 * How a block was left. Ruby code cannot tell `break` from `throw`, and Timeout (before Ruby 3.3) throws. */
#ifndef IPCQ_RUBY_LEAVING_H
#define IPCQ_RUBY_LEAVING_H

#include <ruby.h>

/* The states of rb_protect(), the same in each Ruby since 1.9. A larger one is an exception, a throw or Thread#kill. */
enum { STATE_NORMAL = 0, STATE_RETURN = 1, STATE_BREAK = 2, STATE_NEXT = 3 };

static VALUE yield_nothing(VALUE unused) { return rb_yield_values(0); }

/* Yields, and adds true to the Array `endings` if the block ended or was left on purpose, else false. */
static VALUE note_ending(VALUE endings)
{
    int state = STATE_NORMAL;
    VALUE result = rb_protect(yield_nothing, Qnil, &state);
    rb_ary_push(endings, state <= STATE_NEXT ? Qtrue : Qfalse);
    if (state != STATE_NORMAL)
        rb_jump_tag(state);
    return result;
}

#endif
