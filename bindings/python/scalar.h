/* SPDX-License-Identifier: Apache-2.0
 *
 * None, bool, int, float and short text, to MessagePack and back: what most items are, without a detour through Python.
 * What these functions leave aside, the msgpack library does (ipcq/values.py). */
#ifndef IPCQ_PYTHON_SCALAR_H
#define IPCQ_PYTHON_SCALAR_H

#include "messagepack.h"

enum { SCALAR_TEXT_MAX = 255, SCALAR_MAX = 2 + SCALAR_TEXT_MAX };

static size_t scalar_encode_text(PyObject *text, unsigned char *out)
{
    Py_ssize_t size = 0;
    if (PyUnicode_GET_LENGTH(text) > SCALAR_TEXT_MAX)
        return 0;
    const char *bytes = PyUnicode_AsUTF8AndSize(text, &size);
    if (!bytes) {
        PyErr_Clear(); /* a lone surrogate */
        return 0;
    }
    if (size > SCALAR_TEXT_MAX)
        return 0;
    size_t head =
        size < 32 ? store_number(out, (unsigned char)(0xa0 | size), 0, 0) : store_number(out, 0xd9, (uint64_t)size, 1);
    memcpy(out + head, bytes, (size_t)size);
    return head + (size_t)size;
}

/* The size of what was written to out[SCALAR_MAX], or 0: not one of these. A subclass is none of these. */
static size_t scalar_encode(PyObject *value, unsigned char *out)
{
    if (value == Py_None)
        return store_number(out, 0xc0, 0, 0);
    if (value == Py_False)
        return store_number(out, 0xc2, 0, 0);
    if (value == Py_True)
        return store_number(out, 0xc3, 0, 0);
    if (PyLong_CheckExact(value)) {
        int overflow = 0;
        long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
        return overflow ? 0 : encode_int(number, out);
    }
    if (PyUnicode_CheckExact(value))
        return scalar_encode_text(value, out);
    if (PyFloat_CheckExact(value)) {
        double number = PyFloat_AS_DOUBLE(value);
        uint64_t bits = 0;
        memcpy(&bits, &number, sizeof bits);
        return store_number(out, 0xcb, bits, 8);
    }
    return 0;
}

/* NULL without an exception: not one of these, or not well formed. */
static PyObject *scalar_decode(const unsigned char *bytes, size_t size)
{
    static const unsigned char widths[] = {1, 2, 4, 8};
    if (size == 0)
        return NULL;
    unsigned char format = bytes[0];
    if (size == 1) {
        switch (format) {
        case 0xc0: Py_RETURN_NONE;
        case 0xc2: Py_RETURN_FALSE;
        case 0xc3: Py_RETURN_TRUE;
        }
        if (format < 0x80 || format >= 0xe0)
            return PyLong_FromLong((signed char)format);
    }
    if (format >= 0xcc && format <= 0xcf && size == 1u + widths[format - 0xcc])
        return PyLong_FromUnsignedLongLong(load_number(bytes + 1, size - 1));
    if (format >= 0xd0 && format <= 0xd3 && size == 1u + widths[format - 0xd0]) {
        unsigned unused_bits = (unsigned)(64 - 8 * (size - 1));
        return PyLong_FromLongLong((int64_t)(load_number(bytes + 1, size - 1) << unused_bits) >> unused_bits);
    }
    if (format == 0xcb && size == 9) {
        uint64_t bits = load_number(bytes + 1, 8);
        double number = 0;
        memcpy(&number, &bits, sizeof number);
        return PyFloat_FromDouble(number);
    }

    size_t head = (format & 0xe0) == 0xa0 ? 1 : format == 0xd9 && size >= 2 ? 2 : 0;
    if (head == 0 || size - head != (head == 1 ? format & 0x1fu : bytes[1]))
        return NULL;
    PyObject *text = PyUnicode_DecodeUTF8((const char *)bytes + head, (Py_ssize_t)(size - head), NULL);
    if (!text)
        PyErr_Clear();
    return text;
}

#endif
