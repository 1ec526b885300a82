/* SPDX-License-Identifier: Apache-2.0
 *
 * Ruby values of what the library returns. */
#ifndef IPCQ_RUBY_BUILDING_H
#define IPCQ_RUBY_BUILDING_H

#include "call.h"
#include "raising.h"
#include "results.h"
#include "scalar.h"

#include <ruby.h>

typedef VALUE ipcq_received;

/* [bytes, type, ticket, deliveries] */
static VALUE item_build(const void *data, const ipcq_item *item)
{
    return rb_ary_new_from_args(4, rb_str_new(data, (long)item->size), UINT2NUM(item->type), ULL2NUM(item->ticket),
                                UINT2NUM(item->deliveries));
}

static VALUE received_build(VALUE address)
{
    const struct call *call = (const struct call *)address;
    return item_build(call->received, &call->item);
}

/* The value itself where it is simple, else what item_build() makes; no value that comes out by itself is an array. */
static VALUE value_build(const void *data, const ipcq_item *item)
{
    VALUE value = Qundef;
    if (item->type == IPCQ_TYPE_BYTES)
        return rb_str_new(data, (long)item->size);
    if (item->type == IPCQ_TYPE_MESSAGEPACK)
        value = scalar_decode(data, (size_t)item->size);
    return value == Qundef ? item_build(data, item) : value;
}

static VALUE received_value_build(VALUE address)
{
    const struct call *call = (const struct call *)address;
    return value_build(call->received, &call->item);
}

static ipcq_received receive_as(struct call *call, VALUE (*build)(VALUE))
{
    if (call->code != IPCQ_OK) {
        ipcq_status status = {call->queue, call->code};
        raise_status(status, call->code == IPCQ_WRONGTYPE ? UINT2NUM(call->item.type) : Qnil);
    }
    if (call->received == call->small)
        return build((VALUE)call);

    int state = 0;
    VALUE item = rb_protect(build, (VALUE)call, &state);
    if (state) {
        call_release(call);
        rb_jump_tag(state);
    }
    return item;
}

static ipcq_received receive(struct call *call) { return receive_as(call, received_build); }

static void set(VALUE hash, const char *key, VALUE value) { rb_hash_aset(hash, ID2SYM(rb_intern(key)), value); }

static VALUE shutdown_build(uint32_t mode)
{
    return mode == 0 ? Qnil : ID2SYM(rb_intern(mode == IPCQ_DRAIN ? "drain" : "immediate"));
}

static VALUE picture_build(const ipcq_stats *stats)
{
    VALUE picture = rb_hash_new();
#define NUMBER(name) set(picture, #name, ULL2NUM(stats->name))
    NUMBER(items);
    NUMBER(taken);
    NUMBER(bytes_used);
    NUMBER(bytes_backed);
    NUMBER(puts);
    NUMBER(gets);
    NUMBER(dones);
    NUMBER(nacks);
    NUMBER(redelivered);
    NUMBER(recovered);
    NUMBER(participants);
    NUMBER(getters_waiting);
    NUMBER(putters_waiting);
    NUMBER(joiners_waiting);
    NUMBER(max_items);
    NUMBER(capacity_bytes);
    NUMBER(item_max_bytes);
    NUMBER(max_participants);
#undef NUMBER
    set(picture, "joinable", stats->joinable ? Qtrue : Qfalse);
    set(picture, "shutdown", shutdown_build(stats->shutdown));
    return picture;
}

static VALUE participant_build(const ipcq_participant *participant)
{
    VALUE hash = rb_hash_new();
    set(hash, "slot", UINT2NUM(participant->slot));
    set(hash, "pid", INT2NUM(participant->pid));
    set(hash, "alive", participant->alive ? Qtrue : Qfalse);
    set(hash, "self", participant->self ? Qtrue : Qfalse);
    set(hash, "taken", ULL2NUM(participant->taken));
    set(hash, "puts", ULL2NUM(participant->puts));
    set(hash, "gets", ULL2NUM(participant->gets));
    set(hash, "dones", ULL2NUM(participant->dones));
    set(hash, "command", rb_utf8_str_new_cstr(participant->command));
    return hash;
}

static VALUE crowd_build(VALUE address)
{
    const ipcq_crowd *crowd = (const ipcq_crowd *)address;
    raise_unless_ok(crowd->status);
    VALUE array = rb_ary_new_capa((long)crowd->count);
    for (size_t i = 0; i < crowd->count; i++)
        rb_ary_push(array, participant_build(&crowd->value[i]));
    return array;
}

static VALUE crowd_free(VALUE address)
{
    free(((ipcq_crowd *)address)->value);
    return Qnil;
}

#endif
