/* SPDX-License-Identifier: Apache-2.0
 *
 * Raising leaves by longjmp, so a caller of these owns no memory. Which class belongs to a code is said in Ruby,
 * lib/ipcq/errors.rb. */
#ifndef IPCQ_RUBY_RAISING_H
#define IPCQ_RUBY_RAISING_H

#include "results.h"

#include <ruby.h>

NORETURN(static void raise_code(int code, const char *sentence, VALUE type));
NORETURN(static void raise_status(ipcq_status status, VALUE type));

/* `type` is that of an item that was not wanted, else nil. */
static void raise_code(int code, const char *sentence, VALUE type)
{
    VALUE ipcq = rb_path2class("IPCQ");
    rb_exc_raise(rb_funcall(ipcq, rb_intern("error"), 3, INT2NUM(code), rb_utf8_str_new_cstr(sentence), type));
}

static void raise_status(ipcq_status status, VALUE type)
{
    char sentence[512];
    if (!status.queue || ipcq_describe(status.queue, status.code, sentence, sizeof sentence) != IPCQ_OK)
        raise_code(status.code, ipcq_strerror(status.code), type);
    raise_code(status.code, sentence, type);
}

static void raise_unless_ok(ipcq_status status)
{
    if (status.code != IPCQ_OK)
        raise_status(status, Qnil);
}

static void raise_open(int code, const char *details) { raise_code(code, details, Qnil); }

#endif
