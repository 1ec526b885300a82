// SPDX-License-Identifier: Apache-2.0
//
// What the concepts of common/interpreter.i are in Python.

%{
#include "waiting.h"
#include "raising.h"
#include "scalar.h"
#include "building.h"
#include "batch.h"
#include "view.h"
%}

%constant int BUSY_TO_PUT = BUSY_TO_PUT;
%constant int BUSY_TO_GET = BUSY_TO_GET;

%inline %{
static PyObject *set_error_for(PyObject *function)
{
    Py_INCREF(function);
    Py_XSETREF(error_for, function);
    Py_RETURN_NONE;
}
%}

// A view holds its bytearray's size still until the call is over, also while another thread runs.
%typemap(in) (const void *data, size_t size) (Py_buffer view = {0}) {
    if (PyObject_GetBuffer($input, &view, PyBUF_SIMPLE) < 0)
        SWIG_fail;
    $1 = view.buf;
    $2 = (size_t)view.len;
}
%typemap(freearg) (const void *data, size_t size) {
    PyBuffer_Release(&view$argnum);
}

%typemap(in) int64_t deadline_ns {
    if (!deadline_from($input, &$1))
        SWIG_fail;
}

%typemap(in) uint64_t {
    if (!number_from($input, "$1_name", UINT64_MAX, &$1))
        SWIG_fail;
}

%typemap(in) uint32_t (uint64_t number) {
    if (!number_from($input, "$1_name", UINT32_MAX, &number))
        SWIG_fail;
    $1 = (uint32_t)number;
}

%typemap(in) const char *name {
    $1 = NULL;
    if ($input != Py_None && !($1 = (char *)text_from($input)))
        SWIG_fail;
}

%typemap(out) ipcq_received {
    if (!($result = $1))
        SWIG_fail;
}

%typemap(out) ipcq_status {
    if (!succeeded($1))
        SWIG_fail;
    $result = SWIG_Py_Void();
}

%typemap(out) ipcq_status put {
    if (!succeeded(put_status($1.queue, $1.code)))
        SWIG_fail;
    $result = SWIG_Py_Void();
}

%typemap(out) ipcq_number {
    if (!succeeded($1.status))
        SWIG_fail;
    $result = PyLong_FromUnsignedLongLong($1.value);
}

%typemap(out) ipcq_truth {
    if (!succeeded($1.status))
        SWIG_fail;
    $result = PyBool_FromLong($1.value);
}

%typemap(out) ipcq_text {
    if (!succeeded($1.status))
        SWIG_fail;
    $result = PyUnicode_FromString($1.value);
}

%typemap(out) ipcq_picture {
    if (!succeeded($1.status) || !($result = picture_build(&$1.value)))
        SWIG_fail;
}

%typemap(out) ipcq_crowd {
    $result = succeeded($1.status) ? crowd_build($1.value, $1.count) : NULL;
    free($1.value);
    if (!$result)
        SWIG_fail;
}

%typemap(in, numinputs=0) void *owner {
    $1 = self;
}

%typemap(out) ipcq_place borrow {
    if (!succeeded(get_status($1.status.queue, $1.status.code)) ||
        !($result = region_or_free(SWIG_NewPointerObj($1.value, SWIGTYPE_p_Region, SWIG_POINTER_OWN), $1.value)))
        SWIG_fail;
}

%typemap(out) ipcq_place reserve {
    if (!succeeded(put_status($1.status.queue, $1.status.code)) ||
        !($result = region_or_free(SWIG_NewPointerObj($1.value, SWIGTYPE_p_Region, SWIG_POINTER_OWN), $1.value)))
        SWIG_fail;
}

%typemap(out) ipcq_status commit {
    if (!succeeded(put_status($1.queue, $1.code)))
        SWIG_fail;
    $result = SWIG_Py_Void();
}

%feature("python:bf_getbuffer", functype="getbufferproc") Region "region_getbuffer";
%feature("python:bf_releasebuffer", functype="releasebufferproc") Region "region_releasebuffer";

%exception Queue::Queue {
    $action
    if (!result)
        SWIG_fail;
}
