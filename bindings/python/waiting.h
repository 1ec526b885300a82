/* SPDX-License-Identifier: Apache-2.0
 *
 * Waiting without the GIL, and Python's way to say how long. */
#ifndef IPCQ_PYTHON_WAITING_H
#define IPCQ_PYTHON_WAITING_H

/* A signal that lands between PyErr_CheckSignals() and the sleep does not end that sleep; it is seen after this
 * long. */
static const double uninterrupted_s = 0.5;

/* Returns IPCQ_INTERRUPTED only with a Python exception set, which a signal handler raised. */
static int call_unlocked(struct call *call)
{
    for (;;) {
        if (PyErr_CheckSignals() < 0)
            return call->code = IPCQ_INTERRUPTED;

        int64_t slice_end_ns = ipcq_deadline(uninterrupted_s);
        if (slice_end_ns > call->deadline_ns)
            slice_end_ns = call->deadline_ns;
        Py_BEGIN_ALLOW_THREADS call_run(call, slice_end_ns);
        Py_END_ALLOW_THREADS

            int slice_is_over = call->code == IPCQ_TIMEDOUT && slice_end_ns < call->deadline_ns;
        if (call->code != IPCQ_INTERRUPTED && !slice_is_over)
            return call->code;
    }
}

/* None: for ever. Seconds: once made absolute, they stay so through every signal. */
static int deadline_from(PyObject *seconds, int64_t *out_deadline_ns)
{
    if (seconds == Py_None) {
        *out_deadline_ns = IPCQ_FOREVER;
        return 1;
    }
    double value = PyFloat_AsDouble(seconds);
    if (value == -1.0 && PyErr_Occurred())
        return 0;
    *out_deadline_ns = ipcq_deadline(value);
    return 1;
}

#endif
