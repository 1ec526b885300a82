/*
 * What a process owns: descriptors, mappings of queues, memory. Two looks tell what leaked between them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FOOTPRINT_H
#define FOOTPRINT_H

#include <stddef.h>

struct footprint {
    unsigned descriptors;
    unsigned queue_mappings; /* of files in /dev/shm, with and without a name */
    size_t address_space;    /* bytes */
    size_t heap;             /* bytes in use */
};

struct footprint footprint_now(void);

#endif
