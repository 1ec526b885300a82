/* SPDX-License-Identifier: Apache-2.0
 *
 * Many items at once. */
#ifndef IPCQ_RUBY_BATCH_H
#define IPCQ_RUBY_BATCH_H

#include "building.h"

/* ---------------------------------------------------------------------------------------------------------- put */

/* `pairs` is [bytes, type, bytes, type, ...]. The frozen shares keep the bytes as they are while the call waits. */
static ipcq_number send_many(ipcq_t *queue, VALUE pairs, int64_t deadline_ns)
{
    struct call call = {.verb = VERB_PUT_MANY, .queue = queue, .deadline_ns = deadline_ns};
    ipcq_number number = {0};
    VALUE memory = 0;
    Check_Type(pairs, T_ARRAY);
    long count = RARRAY_LEN(pairs) / 2;
    VALUE shares = rb_ary_new_capa(count);
    ipcq_message *messages = ALLOCV_N(ipcq_message, memory, count + 1);
    for (long i = 0; i < count; i++) {
        VALUE bytes = rb_ary_entry(pairs, 2 * i);
        StringValue(bytes);
        bytes = rb_str_new_frozen(bytes);
        rb_ary_push(shares, bytes);
        messages[i] =
            (ipcq_message){RSTRING_PTR(bytes), (size_t)RSTRING_LEN(bytes), NUM2UINT(rb_ary_entry(pairs, 2 * i + 1)), 0};
    }
    call.messages = messages;
    call.count_max = (size_t)count;
    number.status = status(queue, call_make(&call));
    number.value = call.count;
    ALLOCV_END(memory);
    RB_GC_GUARD(shares);
    return number;
}

/* ---------------------------------------------------------------------------------------------------------- get */

enum { BATCH_VIEWS = 64, BATCH_SMALL = 16384 };

struct incoming {
    struct call call;
    uint64_t max_items;
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
            rb_ary_push(batch->items, item_build(call->views[i].data, &call->views[i].item));
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

/* An array of [bytes, type, ticket, deliveries]. */
static VALUE receive_many(ipcq_t *queue, uint64_t accept, uint64_t max_items, int64_t deadline_ns)
{
    char small[BATCH_SMALL];
    ipcq_view views[BATCH_VIEWS];
    struct incoming batch = {{.verb = VERB_GET_MANY, .queue = queue, .deadline_ns = deadline_ns}, max_items, Qnil};
    batch.call.accept = accept;
    batch.call.small = small;
    batch.call.small_size = sizeof small;
    batch.call.views = views;
    batch.items = rb_ary_new();
    return rb_ensure(incoming_take, (VALUE)&batch, incoming_release, (VALUE)&batch);
}

#endif
