/* SPDX-License-Identifier: Apache-2.0
 *
 * Many items at once. */
#ifndef IPCQ_RUBY_BATCH_H
#define IPCQ_RUBY_BATCH_H

#include "building.h"

/* ---------------------------------------------------------------------------------------------------------- put */

static size_t encoded_size_max(VALUE value)
{
    return RB_TYPE_P(value, T_STRING) && RSTRING_LEN(value) <= SCALAR_TEXT_MAX ? SCALAR_MAX : 9;
}

/* Bytes that stay as they are while the call waits: frozen, and kept by `shares`. */
static VALUE share(VALUE shares, VALUE bytes)
{
    VALUE frozen = rb_str_new_frozen(bytes);
    rb_ary_push(shares, frozen);
    return frozen;
}

/* Simple values are encoded one behind the other, of others their bytes are shared. */
static ipcq_number send_many(ipcq_t *queue, VALUE values, VALUE pack, int64_t deadline_ns)
{
    struct call call = {.verb = VERB_PUT_MANY, .queue = queue, .deadline_ns = deadline_ns};
    ipcq_number number = {0};
    VALUE messages_memory = 0, encoded_memory = 0;
    Check_Type(values, T_ARRAY);
    values = rb_ary_dup(values); /* another thread may change the caller's */
    long count = RARRAY_LEN(values);
    size_t encoded_max = 1;
    for (long i = 0; i < count; i++)
        encoded_max += encoded_size_max(RARRAY_AREF(values, i));
    ipcq_message *messages = ALLOCV_N(ipcq_message, messages_memory, count + 1);
    unsigned char *next = ALLOCV_N(unsigned char, encoded_memory, encoded_max);
    VALUE shares = rb_ary_new();

    for (long i = 0; i < count; i++) {
        VALUE value = RARRAY_AREF(values, i);
        size_t size = is_binary(value) ? 0 : scalar_encode(value, next);
        if (size > 0) {
            messages[i] = (ipcq_message){next, size, IPCQ_TYPE_MESSAGEPACK, 0};
            next += size;
            continue;
        }
        uint32_t type = is_binary(value) ? IPCQ_TYPE_BYTES : IPCQ_TYPE_MESSAGEPACK;
        VALUE bytes = share(shares, is_binary(value) ? value : rb_funcall(pack, rb_intern("call"), 1, value));
        messages[i] = (ipcq_message){RSTRING_PTR(bytes), (size_t)RSTRING_LEN(bytes), type, 0};
    }
    call.messages = messages;
    call.count_max = (size_t)count;
    number.status = status(queue, call_make(&call));
    number.value = call.count;
    ALLOCV_END(messages_memory);
    ALLOCV_END(encoded_memory);
    RB_GC_GUARD(values);
    RB_GC_GUARD(shares);
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
