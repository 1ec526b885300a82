/* SPDX-License-Identifier: Apache-2.0
 *
 * From a code to an exception. Which class a code becomes is decided in ipcq/errors.py, which hands its function
 * error_for(code, sentence, type) over when it is imported. */
#ifndef IPCQ_PYTHON_RAISING_H
#define IPCQ_PYTHON_RAISING_H

static PyObject *error_for;

static void raise_made(PyObject *error)
{
    if (!error)
        return;
    PyErr_SetObject((PyObject *)Py_TYPE(error), error);
    Py_DECREF(error);
}

static void raise_open(int code, const char *details)
{
    raise_made(PyObject_CallFunction(error_for, "is", code, details));
}

static void raise_unaccepted(uint32_t type)
{
    raise_made(PyObject_CallFunction(error_for, "isI", IPCQ_WRONGTYPE, ipcq_strerror(IPCQ_WRONGTYPE), (unsigned)type));
}

/* True, or false with an exception set. What a signal handler raised stays as it is. */
static int succeeded(ipcq_status status)
{
    char sentence[512];
    if (status.code == IPCQ_OK)
        return 1;
    if (PyErr_Occurred())
        return 0;
    if (status.code == REGION_IN_USE) {
        PyErr_SetString(
            PyExc_BufferError,
            "a view of these bytes is still in use (a slice of .view, or what was made from one): release it "
            "first; until then nothing has ended");
        return 0;
    }
    if (!status.queue || ipcq_describe(status.queue, status.code, sentence, sizeof sentence) != IPCQ_OK)
        raise_open(status.code, ipcq_strerror(status.code));
    else
        raise_open(status.code, sentence);
    return 0;
}

/* A put or get in vain is told apart from a join in vain. */
static ipcq_status put_status(ipcq_t *queue, int code)
{
    return status(queue, code == IPCQ_TIMEDOUT ? IPCQ_FULL : code);
}

static ipcq_status get_status(ipcq_t *queue, int code)
{
    return status(queue, code == IPCQ_TIMEDOUT ? IPCQ_EMPTY : code);
}

/* NULL with an exception set for what is no text, or holds a NUL, where C would see the name end. */
static const char *text_from(PyObject *text)
{
    Py_ssize_t size = 0;
    const char *bytes = PyUnicode_AsUTF8AndSize(text, &size);
    if (bytes && strlen(bytes) != (size_t)size) {
        raise_open(IPCQ_BADNAME, ipcq_strerror(IPCQ_BADNAME));
        return NULL;
    }
    return bytes;
}

#endif
