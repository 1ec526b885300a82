// SPDX-License-Identifier: Apache-2.0
//
// put and get of single values in one step each. Python's idiom layer asks here first.

%{
#include "portable.h"

/* The years 1 to 9999, which a datetime can hold. */
static const int64_t datetime_earliest_s = -62135596800, datetime_latest_s = 253402300799;
%}

%inline %{
/* What makes these bytes no portable MessagePack value, or NULL. */
static const char *value_fault(const void *data, size_t size)
{
    switch (portable_check(data, size, datetime_earliest_s, datetime_latest_s)) {
    case PORTABLE_MALFORMED: return "it is cut short, or no value, or more than one";
    case PORTABLE_DEEP: return "it has more than 128 lists and maps in one another";
    case PORTABLE_KEY: return "it has a map key that is no nil, boolean, number or text";
    case PORTABLE_EXTENSION: return "it has an extension type that is not a point in time";
    case PORTABLE_TIME: return "it has a point in time that is malformed, or outside the years 1 to 9999";
    default: return NULL;
    }
}
%}

%extend Queue {
    /* False: not a value that is put as it is; nothing was put. */
    ipcq_truth put_value(PyObject *value, int64_t deadline_ns)
    {
        unsigned char encoded[SCALAR_MAX];
        struct call call = {.verb = VERB_PUT, .queue = $self, .deadline_ns = deadline_ns};
        if (PyBytes_CheckExact(value)) {
            call.data = PyBytes_AS_STRING(value);
            call.size = (size_t)PyBytes_GET_SIZE(value);
            call.type = IPCQ_TYPE_BYTES;
        } else {
            call.data = encoded;
            call.size = scalar_encode(value, encoded);
            call.type = IPCQ_TYPE_MESSAGEPACK;
            if (call.size == 0)
                return (ipcq_truth){0, status($self, IPCQ_OK)};
        }
        return (ipcq_truth){1, put_status($self, call_make(&call))};
    }

    /* The value, or a tuple (bytes, type, ticket, deliveries) that is left to decode; no value itself is a tuple. */
    ipcq_received get_value(uint64_t accept, int64_t deadline_ns)
    {
        char small[CALL_SMALL];
        struct call call = {.verb = VERB_GET, .queue = $self, .deadline_ns = deadline_ns};
        call.accept = accept;
        call.small = small;
        call.small_size = sizeof small;
        call_make(&call);
        ipcq_received received = receive_value(&call);
        call_release(&call);
        return received;
    }
    /* How many of `objects`, a sequence, were put; encode(object) makes (buffer, type) of what is not simple. */
    ipcq_number put_values(PyObject *objects, PyObject *encode, int64_t deadline_ns)
    {
        ipcq_number number = {0, status($self, IPCQ_OK)};
        struct outgoing batch;
        if (outgoing_encode(&batch, objects, encode)) {
            struct call call = {.verb = VERB_PUT_MANY, .queue = $self, .deadline_ns = deadline_ns};
            call.messages = batch.messages;
            call.count_max = batch.count;
            number.status = put_status($self, call_make(&call));
            number.value = call.count;
        } else {
            number.status.code = IPCQ_INVALID; /* the exception is set */
        }
        outgoing_free(&batch);
        return number;
    }

    /* A list of values; or the list, and a list of the places in it where such a tuple is left to decode. */
    ipcq_received get_values(uint64_t accept, uint64_t max_items, int64_t deadline_ns)
    {
        return receive_values($self, accept, max_items, deadline_ns);
    }

    /* A list of (bytes, type, ticket, deliveries). */
    ipcq_received get_items(uint64_t accept, uint64_t max_items, int64_t deadline_ns)
    {
        return receive_many($self, accept, max_items, deadline_ns, item_build, NULL);
    }
}
