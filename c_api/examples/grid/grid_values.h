/*
 * Every kind of value, in the order in which all languages put and expect them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GRID_VALUES_H
#define GRID_VALUES_H

#include "value.h"

enum { GRID_VALUES = 25 };

/* Puts value number `index`: raw bytes as such, everything else as MessagePack. */
int grid_put_value(ipcq_t *queue, int index);

/* True if `taken` is value number `index`. Maps may come in any order and integers and floats in any width. */
bool grid_is_value(const value *taken, int index);

/* The value in words, for messages. */
const char *grid_value_name(int index);

#endif
