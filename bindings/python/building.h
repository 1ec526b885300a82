/* SPDX-License-Identifier: Apache-2.0
 *
 * From the library's structs to Python's values. */
#ifndef IPCQ_PYTHON_BUILDING_H
#define IPCQ_PYTHON_BUILDING_H

typedef PyObject *ipcq_received;

/* True, or false with an exception set: nothing was taken. */
static int was_received(const struct call *call)
{
    if (call->code == IPCQ_OK)
        return 1;
    if (call->code == IPCQ_WRONGTYPE)
        raise_unaccepted(call->item.type);
    else
        succeeded(get_status(call->queue, call->code));
    return 0;
}

/* Without memory for the value here, let another consumer have the item. */
static PyObject *value_or_nack(PyObject *value, struct call *call)
{
    if (!value && call->item.ticket)
        ipcq_nack(call->queue, call->item.ticket);
    return value;
}

/* (bytes, type, ticket, deliveries) */
static PyObject *item_build(const void *data, const ipcq_item *item)
{
    return Py_BuildValue("y#IKI", data, (Py_ssize_t)item->size, (unsigned)item->type, (unsigned long long)item->ticket,
                         (unsigned)item->deliveries);
}

/* The value itself where it is simple, else what item_build() makes of it. */
static PyObject *value_build(const void *data, const ipcq_item *item)
{
    PyObject *value = NULL;
    if (item->type == IPCQ_TYPE_BYTES)
        return PyBytes_FromStringAndSize(data, (Py_ssize_t)item->size);
    if (item->type == IPCQ_TYPE_MESSAGEPACK)
        value = scalar_decode(data, (size_t)item->size);
    return value ? value : item_build(data, item);
}

/* What item_build() or value_build() makes of it, or NULL with an exception set. */
static ipcq_received receive(struct call *call)
{
    return was_received(call) ? value_or_nack(item_build(call->received, &call->item), call) : NULL;
}

static ipcq_received receive_value(struct call *call)
{
    return was_received(call) ? value_or_nack(value_build(call->received, &call->item), call) : NULL;
}

static PyObject *picture_build(const ipcq_stats *stats)
{
    return Py_BuildValue(
        "{s:K,s:K,s:K,s:K,s:K,s:K,s:K,s:K,s:K,s:K,s:I,s:I,s:I,s:I,s:K,s:K,s:K,s:I,s:N,s:I}", "items",
        (unsigned long long)stats->items, "taken", (unsigned long long)stats->taken, "bytes_used",
        (unsigned long long)stats->bytes_used, "bytes_backed", (unsigned long long)stats->bytes_backed, "puts",
        (unsigned long long)stats->puts, "gets", (unsigned long long)stats->gets, "dones",
        (unsigned long long)stats->dones, "nacks", (unsigned long long)stats->nacks, "redelivered",
        (unsigned long long)stats->redelivered, "recovered", (unsigned long long)stats->recovered, "participants",
        (unsigned)stats->participants, "getters_waiting", (unsigned)stats->getters_waiting, "putters_waiting",
        (unsigned)stats->putters_waiting, "joiners_waiting", (unsigned)stats->joiners_waiting, "max_items",
        (unsigned long long)stats->max_items, "capacity_bytes", (unsigned long long)stats->capacity_bytes,
        "item_max_bytes", (unsigned long long)stats->item_max_bytes, "max_participants",
        (unsigned)stats->max_participants, "joinable", PyBool_FromLong(stats->joinable), "shutdown",
        (unsigned)stats->shutdown);
}

static PyObject *participant_build(const ipcq_participant *participant)
{
    return Py_BuildValue("{s:I,s:i,s:N,s:N,s:K,s:K,s:K,s:K,s:N}", "slot", (unsigned)participant->slot, "pid",
                         (int)participant->pid, "alive", PyBool_FromLong(participant->alive), "self",
                         PyBool_FromLong(participant->self), "taken", (unsigned long long)participant->taken, "puts",
                         (unsigned long long)participant->puts, "gets", (unsigned long long)participant->gets, "dones",
                         (unsigned long long)participant->dones, "command",
                         PyUnicode_DecodeFSDefault(participant->command));
}

static PyObject *crowd_build(const ipcq_participant *participants, size_t count)
{
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list && i < count; i++) {
        PyObject *entry = participant_build(&participants[i]);
        if (!entry || PyList_Append(list, entry) < 0)
            Py_CLEAR(list);
        Py_XDECREF(entry);
    }
    return list;
}

#endif
