/* SPDX-License-Identifier: Apache-2.0
 *
 * Many items at once. */
#ifndef IPCQ_RUBY_BATCH_H
#define IPCQ_RUBY_BATCH_H

#include "building.h"
#include "pinned.h"

/* ---------------------------------------------------------------------------------------------------------- put */

static int is_short(VALUE text) { return RSTRING_LEN(text) <= SCALAR_TEXT_MAX; }

static size_t encoded_size_max(VALUE value) { return RB_TYPE_P(value, T_STRING) && is_short(value) ? SCALAR_MAX : 9; }

/* A copy of a short value at `out`; its data is NULL if the value is not one. */
static ipcq_message copy_short(VALUE value, unsigned char *out)
{
    if (!is_binary(value)) {
        size_t size = scalar_encode(value, out);
        return (ipcq_message){size > 0 ? out : NULL, size, IPCQ_TYPE_MESSAGEPACK, 0};
    }
    if (!is_short(value))
        return (ipcq_message){NULL, 0, IPCQ_TYPE_BYTES, 0};
    memcpy(out, RSTRING_PTR(value), (size_t)RSTRING_LEN(value));
    return (ipcq_message){out, (size_t)RSTRING_LEN(value), IPCQ_TYPE_BYTES, 0};
}

/* Frozen bytes stay as they are, and pinned ones where they are, while the call waits. */
static void refer_to(ipcq_message *message, VALUE pinned, VALUE bytes)
{
    VALUE frozen = pinned_add(pinned, rb_str_new_frozen(bytes));
    message->data = RSTRING_PTR(frozen);
    message->size = (size_t)RSTRING_LEN(frozen);
}

/* Short values are copied one behind the other, of others the bytes are pinned. The first two loops run no Ruby code.
 * So no thread changes a String between its measuring and its copying. */
static ipcq_number send_many(ipcq_t *queue, VALUE values, VALUE pack, int64_t deadline_ns)
{
    struct call call = {.verb = VERB_PUT_MANY, .queue = queue, .deadline_ns = deadline_ns};
    ipcq_number number = {0};
    VALUE messages_memory = 0, encoded_memory = 0;
    Check_Type(values, T_ARRAY);
    values = rb_ary_dup(values); /* another thread may change the caller's */
    long count = RARRAY_LEN(values);
    VALUE pinned = pinned_new((size_t)count);
    ipcq_message *messages = ALLOCV_N(ipcq_message, messages_memory, count + 1);
    size_t encoded_max = 1;
    for (long i = 0; i < count; i++)
        encoded_max += encoded_size_max(RARRAY_AREF(values, i));
    unsigned char *next = ALLOCV_N(unsigned char, encoded_memory, encoded_max);

    for (long i = 0; i < count; i++) {
        VALUE value = RARRAY_AREF(values, i);
        messages[i] = copy_short(value, next);
        next += messages[i].size;
        if (!messages[i].data && messages[i].type == IPCQ_TYPE_BYTES)
            refer_to(&messages[i], pinned, value);
    }
    for (long i = 0; i < count; i++)
        if (!messages[i].data)
            refer_to(&messages[i], pinned, rb_funcall(pack, rb_intern("call"), 1, RARRAY_AREF(values, i)));
    call.messages = messages;
    call.count_max = (size_t)count;
    number.status = status(queue, call_make(&call));
    number.value = call.count;
    ALLOCV_END(messages_memory);
    ALLOCV_END(encoded_memory);
    RB_GC_GUARD(values);
    RB_GC_GUARD(pinned);
    return number;
}

/* ---------------------------------------------------------------------------------------------------------- get */

enum { BATCH_VIEWS = 64, BATCH_SMALL = 16384 };

struct incoming {
    struct call call;
    uint64_t max_items;
    VALUE (*build)(const void *data, const ipcq_item *item);
    VALUE items;
};

/* Waits for the first item; whatever ends the batch after it is left for the next call to say. Interrupts are looked at
 * only while nothing was taken. */
static VALUE incoming_take(VALUE address)
{
    struct incoming *batch = (struct incoming *)address;
    struct call *call = &batch->call;
    uint64_t left = batch->max_items;
    call->count_max = left < BATCH_VIEWS ? (size_t)left : BATCH_VIEWS;
    call_make(call);
    if (call->code != IPCQ_OK)
        raise_status(status(call->queue, call->code), call->code == IPCQ_WRONGTYPE ? UINT2NUM(call->item.type) : Qnil);
    while (call->code == IPCQ_OK) {
        for (size_t i = 0; i < call->count; i++)
            rb_ary_push(batch->items, batch->build(call->views[i].data, &call->views[i].item));
        left -= call->count;
        if (left == 0)
            break;
        call->count_max = left < BATCH_VIEWS ? (size_t)left : BATCH_VIEWS;
        call_run(call, IPCQ_NOWAIT);
    }
    return batch->items;
}

static VALUE incoming_release(VALUE address)
{
    call_release(&((struct incoming *)address)->call);
    return Qnil;
}

/* An array of what `build` makes of each item. */
static VALUE receive_many(ipcq_t *queue, uint64_t accept, uint64_t max_items, int64_t deadline_ns,
                          VALUE (*build)(const void *, const ipcq_item *))
{
    char small[BATCH_SMALL];
    ipcq_view views[BATCH_VIEWS];
    struct incoming batch = {
        {.verb = VERB_GET_MANY, .queue = queue, .deadline_ns = deadline_ns}, max_items, build, Qnil};
    batch.call.accept = accept;
    batch.call.small = small;
    batch.call.small_size = sizeof small;
    batch.call.views = views;
    batch.items = rb_ary_new();
    return rb_ensure(incoming_take, (VALUE)&batch, incoming_release, (VALUE)&batch);
}

#endif
