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

/* The answers beside those of the library, and beside REGION_IN_USE, for IPCQ_BUSY of a put or a get. */
enum { BUSY_TO_PUT = 2, BUSY_TO_GET = 3 };

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
    int described = status.code == BUSY_TO_PUT || status.code == BUSY_TO_GET ? IPCQ_BUSY : status.code;
    if (!status.queue || ipcq_describe(status.queue, described, sentence, sizeof sentence) != IPCQ_OK)
        raise_open(status.code, ipcq_strerror(described));
    else
        raise_open(status.code, sentence);
    return 0;
}

/* A put or get in vain is told apart from a join in vain. */
static ipcq_status put_status(ipcq_t *queue, int code)
{
    return status(queue, code == IPCQ_TIMEDOUT ? IPCQ_FULL : code == IPCQ_BUSY ? BUSY_TO_PUT : code);
}

static ipcq_status get_status(ipcq_t *queue, int code)
{
    return status(queue, code == IPCQ_TIMEDOUT ? IPCQ_EMPTY : code == IPCQ_BUSY ? BUSY_TO_GET : code);
}

/* A whole number from 0 to `largest`, or false with an exception set that names the argument. */
static int number_from(PyObject *argument, const char *name, uint64_t largest, uint64_t *out_number)
{
    char sentence[128];
    PyObject *whole = PyNumber_Index(argument);
    if (!whole) {
        PyErr_Format(PyExc_TypeError, "%s is a whole number, not of type %.100s", name, Py_TYPE(argument)->tp_name);
        return 0;
    }
    *out_number = PyLong_AsUnsignedLongLong(whole);
    Py_DECREF(whole);
    if (!PyErr_Occurred() && *out_number <= largest)
        return 1;
    PyErr_Clear();
    snprintf(sentence, sizeof sentence, "%s is a whole number from 0 to %llu.", name, (unsigned long long)largest);
    raise_open(IPCQ_INVALID, sentence);
    return 0;
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
