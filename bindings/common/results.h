/* SPDX-License-Identifier: Apache-2.0
 *
 * What a method returns: always a value and how the call went, never an out-parameter (SWIG's handling of those differs
 * between versions). A language's typemaps turn each into its value or raise; the queue is there so that the error can
 * name its numbers. */
#ifndef IPCQ_BINDINGS_RESULTS_H
#define IPCQ_BINDINGS_RESULTS_H

#include "region.h"

#include <ipcq.h>

typedef struct {
    ipcq_t *queue; /* NULL: no queue was opened */
    int code;
} ipcq_status;

typedef struct {
    uint64_t value;
    ipcq_status status;
} ipcq_number;

typedef struct {
    int value;
    ipcq_status status;
} ipcq_truth;

typedef struct {
    char value[512];
    ipcq_status status;
} ipcq_text;

typedef struct {
    ipcq_stats value;
    ipcq_status status;
} ipcq_picture;

typedef struct {
    ipcq_participant *value; /* malloc'ed; the typemap frees it */
    size_t count;
    ipcq_status status;
} ipcq_crowd;

typedef struct {
    Region *value; /* the language's object owns it; NULL unless the code is IPCQ_OK */
    ipcq_status status;
} ipcq_place;

#endif
