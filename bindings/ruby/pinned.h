/* SPDX-License-Identifier: Apache-2.0
 *
 * A list of objects that the garbage collector neither frees nor moves. An Array keeps its elements, but compaction
 * moves them, and the bytes of a short String lie in the object itself. */
#ifndef IPCQ_RUBY_PINNED_H
#define IPCQ_RUBY_PINNED_H

#include <ruby.h>

struct pinned {
    size_t count;
    VALUE objects[];
};

/* rb_gc_mark() pins, rb_gc_mark_movable() would not. */
static void pinned_mark(void *address)
{
    const struct pinned *pinned = address;
    for (size_t i = 0; i < pinned->count; i++)
        rb_gc_mark(pinned->objects[i]);
}

/* Without RUBY_TYPED_WB_PROTECTED, each collection marks the list anew, so that adding needs no write barrier. */
static const rb_data_type_t pinned_type = {
    .wrap_struct_name = "IPCQ pinned objects",
    .function = {.dmark = pinned_mark, .dfree = RUBY_DEFAULT_FREE},
};

/* The caller keeps the result on the stack (RB_GC_GUARD) as long as the bytes are in use. */
static VALUE pinned_new(size_t capacity)
{
    VALUE list = rb_data_typed_object_wrap(0, NULL, &pinned_type);
    struct pinned *pinned = ruby_xmalloc(sizeof *pinned + capacity * sizeof(VALUE));
    pinned->count = 0;
    DATA_PTR(list) = pinned;
    return list;
}

static VALUE pinned_add(VALUE list, VALUE object)
{
    struct pinned *pinned = DATA_PTR(list);
    pinned->objects[pinned->count++] = object;
    return object;
}

#endif
