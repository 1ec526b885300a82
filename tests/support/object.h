/*
 * The shared memory object of a queue as a file: changed behind the library's back, the way accidents and strangers do.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef OBJECT_H
#define OBJECT_H

#include <stddef.h>
#include <stdint.h>

/* Offsets that core/layout/FORMAT.md pins for every layout version: a library has to find them in order to refuse. */
enum {
    OBJECT_MAGIC = 0,         /* 8 bytes */
    OBJECT_MAJOR = 8,         /* 4 bytes */
    OBJECT_FEATURES = 16,     /* 8 bytes */
    OBJECT_BYTE_ORDER = 24,   /* 4 bytes */
    OBJECT_POINTER_SIZE = 28, /* 2 bytes */
    OBJECT_SEM_SIZE = 30,     /* 2 bytes */
    OBJECT_C_LIBRARY = 34,    /* 2 bytes */
    OBJECT_PAGE_SIZE = 36,    /* 4 bytes */
};

/* Each returns 0, or -1 with errno. */

/* Makes a file of these bytes where the queue's object would be. */
int object_make(const char *path, const void *bytes, size_t size);

/* Flips the bits of one byte of the object. Doing it twice restores it. */
int object_flip(const char *path, size_t offset, uint8_t bits);

int object_truncate(const char *path, size_t size);

/* The whole object in memory to free(), or NULL. */
void *object_read(const char *path, size_t *out_size);

#endif
