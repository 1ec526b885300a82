/* SPDX-License-Identifier: Apache-2.0
 *
 * Many values at once: one pass that encodes them, one that makes a list of what was taken. */
#ifndef IPCQ_PYTHON_BATCH_H
#define IPCQ_PYTHON_BATCH_H

/* ---------------------------------------------------------------------------------------------------------- put */

/* Encoded values, and what keeps their bytes alive. */
struct outgoing {
    PyObject *values; /* a tuple of our own: another thread may change the caller's list meanwhile */
    ipcq_message *messages;
    size_t count;
    unsigned char *encoded; /* of the simple values, one behind the other */
    size_t encoded_size, encoded_capacity;
    Py_buffer *views; /* of the others */
    size_t view_count;
};

static int encoded_has_room(struct outgoing *batch)
{
    if (batch->encoded_capacity - batch->encoded_size >= SCALAR_MAX)
        return 1;
    size_t capacity = 2 * batch->encoded_capacity + 4096;
    unsigned char *encoded = PyMem_Realloc(batch->encoded, capacity);
    if (!encoded)
        return 0;
    batch->encoded = encoded;
    batch->encoded_capacity = capacity;
    return 1;
}

/* By the idiom layer, which returns (buffer, type). A view keeps the buffer alive, and its size as it is. */
static int outgoing_encode_other(struct outgoing *batch, ipcq_message *message, PyObject *value, PyObject *encode)
{
    PyObject *buffer = NULL;
    unsigned type = 0;
    if (!batch->views && !(batch->views = PyMem_Calloc(batch->count, sizeof *batch->views))) {
        PyErr_NoMemory();
        return 0;
    }
    PyObject *pair = PyObject_CallOneArg(encode, value);
    Py_buffer *view = &batch->views[batch->view_count];
    int encoded =
        pair && PyArg_ParseTuple(pair, "OI", &buffer, &type) && PyObject_GetBuffer(buffer, view, PyBUF_SIMPLE) == 0;
    Py_XDECREF(pair);
    if (!encoded)
        return 0;
    batch->view_count++;
    message->data = view->buf ? view->buf : ""; /* NULL stands for what lies in `encoded` */
    message->size = (size_t)view->len;
    message->type = type;
    return 1;
}

static int outgoing_encode_one(struct outgoing *batch, ipcq_message *message, PyObject *value, PyObject *encode)
{
    if (PyBytes_CheckExact(value)) {
        message->data = PyBytes_AS_STRING(value);
        message->size = (size_t)PyBytes_GET_SIZE(value);
        message->type = IPCQ_TYPE_BYTES;
        return 1;
    }
    if (!encoded_has_room(batch)) {
        PyErr_NoMemory();
        return 0;
    }
    message->size = scalar_encode(value, batch->encoded + batch->encoded_size);
    if (message->size == 0)
        return outgoing_encode_other(batch, message, value, encode);
    batch->encoded_size += message->size;
    message->type = IPCQ_TYPE_MESSAGEPACK;
    return 1;
}

/* True, or false with an exception set; outgoing_free() is due either way. */
static int outgoing_encode(struct outgoing *batch, PyObject *objects, PyObject *encode)
{
    memset(batch, 0, sizeof *batch);
    if (!PySequence_Check(objects)) { /* an iterator would lose what did not fit */
        PyErr_Format(PyExc_TypeError, "put_many() needs a sequence, such as a list, not %.200s",
                     Py_TYPE(objects)->tp_name);
        return 0;
    }
    if (!(batch->values = PySequence_Tuple(objects)))
        return 0;
    batch->count = (size_t)PyTuple_GET_SIZE(batch->values);
    if (!(batch->messages = PyMem_Calloc(batch->count, sizeof *batch->messages))) {
        PyErr_NoMemory();
        return 0;
    }
    for (size_t i = 0; i < batch->count; i++)
        if (!outgoing_encode_one(batch, &batch->messages[i], PyTuple_GET_ITEM(batch->values, i), encode))
            return 0;

    const unsigned char *next = batch->encoded; /* known only now that it grows no more */
    for (size_t i = 0; i < batch->count; i++)
        if (!batch->messages[i].data) {
            batch->messages[i].data = next;
            next += batch->messages[i].size;
        }
    return 1;
}

static void outgoing_free(struct outgoing *batch)
{
    for (size_t i = 0; i < batch->view_count; i++)
        PyBuffer_Release(&batch->views[i]);
    PyMem_Free(batch->views);
    PyMem_Free(batch->encoded);
    PyMem_Free(batch->messages);
    Py_XDECREF(batch->values);
}

/* ---------------------------------------------------------------------------------------------------------- get */

enum { BATCH_VIEWS = 64, BATCH_SMALL = 16384 };

/* Appends what one call took. True, or false without memory: the rest was given back, where it can be. */
static int append_taken(PyObject *list, const struct call *call, PyObject *(*build)(const void *, const ipcq_item *),
                        PyObject *tuples)
{
    for (size_t i = 0; i < call->count; i++) {
        const ipcq_view *view = &call->views[i];
        PyObject *value = build(view->data, &view->item);
        int appended = value && PyList_Append(list, value) == 0;
        if (appended && tuples && PyTuple_CheckExact(value)) {
            PyObject *place = PyLong_FromSsize_t(PyList_GET_SIZE(list) - 1);
            appended = place && PyList_Append(tuples, place) == 0;
            Py_XDECREF(place);
            if (!appended)
                PyList_SetSlice(list, PyList_GET_SIZE(list) - 1, PyList_GET_SIZE(list), NULL);
        }
        Py_XDECREF(value);
        if (!appended) {
            for (; i < call->count; i++)
                if (call->views[i].item.ticket)
                    ipcq_nack(call->queue, call->views[i].item.ticket);
            return 0;
        }
    }
    return 1;
}

/* A list of what `build` makes of each item, or NULL with an exception set. Waits for the first item; whatever ends the
 * batch after it is left for the next call to say. `tuples`, unless NULL, receives the places of tuples in it. */
static PyObject *receive_many(ipcq_t *queue, uint64_t accept, uint64_t max_items, int64_t deadline_ns,
                              PyObject *(*build)(const void *, const ipcq_item *), PyObject *tuples)
{
    char small[BATCH_SMALL];
    ipcq_view views[BATCH_VIEWS];
    struct call call = {.verb = VERB_GET_MANY, .queue = queue, .deadline_ns = deadline_ns};
    call.accept = accept;
    call.small = small;
    call.small_size = sizeof small;
    call.views = views;
    if (max_items == 0) {
        PyErr_SetString(PyExc_ValueError, "max_items must be at least 1");
        return NULL;
    }
    PyObject *list = PyList_New(0);
    if (!list)
        return NULL;

    call.count_max = max_items < BATCH_VIEWS ? (size_t)max_items : BATCH_VIEWS;
    call_make(&call);
    if (!was_received(&call))
        Py_CLEAR(list);
    while (list && call.code == IPCQ_OK) {
        if (!append_taken(list, &call, build, tuples)) {
            if (PyList_GET_SIZE(list) == 0)
                Py_CLEAR(list);
            else
                PyErr_Clear();
            break;
        }
        uint64_t left = max_items - (uint64_t)PyList_GET_SIZE(list);
        if (left == 0)
            break;
        call.count_max = left < BATCH_VIEWS ? (size_t)left : BATCH_VIEWS;
        call_run(&call, IPCQ_NOWAIT);
    }
    call_release(&call);
    return list;
}

static PyObject *receive_values(ipcq_t *queue, uint64_t accept, uint64_t max_items, int64_t deadline_ns)
{
    PyObject *tuples = PyList_New(0);
    PyObject *values = tuples ? receive_many(queue, accept, max_items, deadline_ns, value_build, tuples) : NULL;
    if (values && PyList_GET_SIZE(tuples) > 0) {
        PyObject *both = PyTuple_Pack(2, values, tuples);
        Py_DECREF(values);
        values = both;
    }
    Py_XDECREF(tuples);
    return values;
}

#endif
