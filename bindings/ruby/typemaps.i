// SPDX-License-Identifier: Apache-2.0
//
// What the concepts of common/interpreter.i are in Ruby.

%{
#include "waiting.h"
#include "raising.h"
#include "building.h"
#include "batch.h"
#include "in_place.h"
#include "leaving.h"
#include "portable_value.h"
#include "whole.h"
%}

// SWIG's own conversion of self costs three times a whole call. It remains for what is not one of our plain objects,
// and says what is wrong with it.
%header %{
static void free_Queue(void *self);
%}
%typemap(in, noblock=1) Queue *self (void *pointer = NULL, int converted = 0) {
    if (RB_TYPE_P($input, T_DATA) && !RTYPEDDATA_P($input) && RDATA($input)->dfree == (RUBY_DATA_FUNC)free_Queue &&
        DATA_PTR($input)) {
        $1 = ($1_ltype)DATA_PTR($input);
    } else {
        converted = SWIG_ConvertPtr($input, &pointer, $descriptor, $disown | %convertptr_flags);
        if (!SWIG_IsOK(converted))
            %argument_fail(converted, "$type", $symname, $argnum);
        $1 = ($1_ltype)pointer;
    }
}

// The frozen share keeps the bytes as they are, also while the call waits and another thread changes the String.
%typemap(in) (const void *data, size_t size) (VALUE bytes = Qnil) {
    bytes = $input;
    StringValue(bytes);
    bytes = rb_str_new_frozen(bytes);
    $1 = RSTRING_PTR(bytes);
    $2 = (size_t)RSTRING_LEN(bytes);
}
%typemap(freearg) (const void *data, size_t size) {
    RB_GC_GUARD(bytes$argnum);
}

%typemap(in) int64_t deadline_ns {
    $1 = NIL_P($input) ? IPCQ_FOREVER : ipcq_deadline(NUM2DBL($input));
}

%typemap(in) uint64_t {
    $1 = whole_number($input, "$1_name", UINT64_MAX);
}

%typemap(in) uint32_t {
    $1 = (uint32_t)whole_number($input, "$1_name", UINT32_MAX);
}

// lib/ipcq/naming.rb gives a frozen String or nil. It stays on the stack, where nothing moves it.
%typemap(in) const char *name (VALUE text = Qnil) {
    text = $input;
    $1 = NIL_P(text) ? NULL : StringValueCStr(text);
}
%typemap(freearg) const char *name {
    RB_GC_GUARD(text$argnum);
}

%typemap(out) ipcq_received {
    $result = $1;
}

%typemap(out) ipcq_status {
    raise_unless_ok($1);
    $result = Qnil;
}

%typemap(out) ipcq_number {
    raise_unless_ok($1.status);
    $result = ULL2NUM($1.value);
}

%typemap(out) ipcq_truth {
    raise_unless_ok($1.status);
    $result = $1.value ? Qtrue : Qfalse;
}

%typemap(out) ipcq_text {
    raise_unless_ok($1.status);
    $result = rb_utf8_str_new_cstr($1.value);
}

%typemap(out) ipcq_picture {
    raise_unless_ok($1.status);
    $result = picture_build(&$1.value);
}

%typemap(out) ipcq_crowd {
    $result = rb_ensure(crowd_build, (VALUE)&$1, crowd_free, (VALUE)&$1);
}

%typemap(in, numinputs=0) void *owner {
    $1 = (void *)self;
}

%typemap(out) ipcq_place {
    raise_unless_ok($1.status);
    $result = SWIG_NewPointerObj($1.value, SWIGTYPE_p_Region, SWIG_POINTER_OWN);
}

%typemap(out) VALUE {
    $result = $1;
}
