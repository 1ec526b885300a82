/* SPDX-License-Identifier: Apache-2.0
 *
 * A Region is what a memoryview of its bytes stands on, and counts them. */
#ifndef IPCQ_PYTHON_VIEW_H
#define IPCQ_PYTHON_VIEW_H

static void *owner_keep(void *owner)
{
    Py_INCREF((PyObject *)owner);
    return owner;
}

static void owner_drop(void *owner) { Py_DECREF((PyObject *)owner); }

/* `object` is SWIG's for it, or NULL with an exception set. */
static PyObject *region_or_free(PyObject *object, Region *region)
{
    if (!object) {
        owner_drop(region->owner);
        region_free(region);
    }
    return object;
}

static int region_getbuffer(PyObject *self, Py_buffer *view, int flags)
{
    Region *region = ((SwigPyObject *)self)->ptr;
    if (!region_is_here(region)) {
        view->obj = NULL;
        PyErr_SetString(PyExc_BufferError,
                        "these bytes are no longer there: the item was committed, ended or inherited");
        return -1;
    }
    if (PyBuffer_FillInfo(view, self, region->data, (Py_ssize_t)region->item.size, !region->reserved, flags) < 0)
        return -1;
    region->views++;
    return 0;
}

static void region_releasebuffer(PyObject *self, Py_buffer *view)
{
    (void)view;
    ((Region *)((SwigPyObject *)self)->ptr)->views--;
}

#endif
