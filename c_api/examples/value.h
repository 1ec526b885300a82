/*
 * One MessagePack value as one item of a queue: what Go, Ruby and Python put and get as their own values.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef VALUE_H
#define VALUE_H

#include <ipcq.h>
#include <msgpack.h>
#include <stdbool.h>

/* A value being written: value_begin(), then one value, then value_put(). A list of n is followed by its n members, and
 * a map of n by n times key and value. */
typedef struct value_writer {
    msgpack_sbuffer bytes;
    msgpack_packer packer;
} value_writer;

void value_begin(value_writer *writer);
void value_nil(value_writer *writer);
void value_boolean(value_writer *writer, bool truth);
void value_integer(value_writer *writer, int64_t number);
void value_text(value_writer *writer, const char *text);
void value_list(value_writer *writer, size_t size);
void value_map(value_writer *writer, size_t size);
void value_time(value_writer *writer, int64_t seconds, uint32_t nanoseconds); /* from 1970 on, UTC */

/* Puts what was written and releases it, whatever the result, which is that of ipcq_put_typed(). */
int value_put(ipcq_t *queue, value_writer *writer, int64_t deadline_ns);

/* The same for one value without members; they wait for room for ever. */
int put_nil(ipcq_t *queue);
int put_integer(ipcq_t *queue, int64_t number);
int put_text(ipcq_t *queue, const char *text);

/* A value that was taken. `object` points into `bytes`, so both live until value_release(). */
typedef struct value {
    msgpack_object object;
    ipcq_item item;
    void *bytes;
    msgpack_unpacked unpacked;
} value;

/* The item was taken, but msgpack-c cannot read its bytes: they are no value, or one of more than 32 levels. */
#define VALUE_MALFORMED 1

/* Takes the next item: raw bytes arrive as an object of type BIN. The result is that of ipcq_get_alloc(), among it
 * IPCQ_WRONGTYPE for a pickle, or VALUE_MALFORMED. Release the value if the result is IPCQ_OK or
 * VALUE_MALFORMED, which leaves the item's bytes in `bytes`. */
int value_get(ipcq_t *queue, value *out_value, int64_t deadline_ns);
void value_release(value *taken);

/* Looking at a value. The texts are not NUL-terminated: `*out_size` bytes. */
bool value_is_nil(const value *taken);
bool value_as_integer(const value *taken, int64_t *out_number);
bool value_as_text(const value *taken, const char **out_text, size_t *out_size);

/* The text under `key` if the value is a map that has it. */
bool value_member_text(const value *taken, const char *key, const char **out_text, size_t *out_size);

/* "who word value" and the end of the line on stdout. */
void value_print(const char *who, const char *word, const value *taken);

#endif
