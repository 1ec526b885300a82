/* SPDX-License-Identifier: Apache-2.0
 *
 * The bytes of a Region, for Ruby. */
#ifndef IPCQ_RUBY_IN_PLACE_H
#define IPCQ_RUBY_IN_PLACE_H

#include "raising.h"

static void *owner_keep(void *owner) { return owner; } /* lib/ipcq/in_place.rb holds it */
static void owner_drop(void *owner) { (void)owner; }

/* Raises unless `size` bytes from `offset` on may be touched. */
static char *region_at(const Region *region, uint64_t offset, uint64_t size)
{
    if (!region_is_here(region))
        raise_code(region->reserved ? IPCQ_NOTRESERVED : IPCQ_NOTTAKEN,
                   "these bytes are no longer there: the item was committed, ended or inherited", Qnil);
    if (offset > region->item.size || size > region->item.size - offset)
        rb_raise(rb_eIndexError, "bytes %llu to %llu of an item of %llu", (unsigned long long)offset,
                 (unsigned long long)(offset + size), (unsigned long long)region->item.size);
    return (char *)region->data + offset;
}

#endif
