/* SPDX-License-Identifier: Apache-2.0 */
#include "grid_values.h"

#include <string.h>

static const char raw_bytes[] = {'\x00', '\xff', '\n'};

static const char *const names[GRID_VALUES] = {
    "nil",
    "true",
    "false",
    "0",
    "-1",
    "2^63-1",
    "-2^63",
    "2^64-1",
    "1.5",
    "an empty text",
    "a text",
    "empty raw bytes",
    "raw bytes",
    "a list",
    "a map",
    "a map of a list and a map",
    "an array of depth 128",
    "a map with keys of each kind",
    "a time of 64 bits",
    "a time of 32 bits",
    "a time of 96 bits",
    "text of 40 letters",
    "2^32",
    "-2^31-1",
    "2^63",
};

const char *grid_value_name(int index) { return names[index]; }

static void write_list(value_writer *writer)
{
    value_list(writer, 3);
    value_integer(writer, 1);
    value_text(writer, "a");
    value_nil(writer);
}

static void write_map(value_writer *writer)
{
    value_map(writer, 2);
    value_text(writer, "name");
    value_text(writer, "alex");
    value_text(writer, "age");
    value_integer(writer, 15);
}

/* {"list": [1, [2, [3]]], "map": {"a": {"b": nil}}} */
static void write_nested(value_writer *writer)
{
    value_map(writer, 2);
    value_text(writer, "list");
    value_list(writer, 2);
    value_integer(writer, 1);
    value_list(writer, 2);
    value_integer(writer, 2);
    value_list(writer, 1);
    value_integer(writer, 3);
    value_text(writer, "map");
    value_map(writer, 1);
    value_text(writer, "a");
    value_map(writer, 1);
    value_text(writer, "b");
    value_nil(writer);
}

static void write_nested_arrays(value_writer *writer, int depth)
{
    for (int level = 1; level < depth; ++level)
        value_list(writer, 1);
    value_list(writer, 0);
}

/* {nil: 0, true: 1, -1: 2, 1.5: 3, "k": 4} */
static void write_keys(value_writer *writer)
{
    value_map(writer, 5);
    value_nil(writer);
    value_integer(writer, 0);
    value_boolean(writer, true);
    value_integer(writer, 1);
    value_integer(writer, -1);
    value_integer(writer, 2);
    msgpack_pack_double(&writer->packer, 1.5);
    value_integer(writer, 3);
    value_text(writer, "k");
    value_integer(writer, 4);
}

static void write_umlauts(value_writer *writer)
{
    char text[2 * 40 + 1] = "";
    for (int i = 0; i < 40; ++i)
        memcpy(text + 2 * i, "ü", 2); /* NOLINT(bugprone-not-null-terminated-result): the last byte stays 0 */
    value_text(writer, text);
}

static void write_value(value_writer *writer, int index)
{
    switch (index) {
    case 0: value_nil(writer); break;
    case 1: value_boolean(writer, true); break;
    case 2: value_boolean(writer, false); break;
    case 3: value_integer(writer, 0); break;
    case 4: value_integer(writer, -1); break;
    case 5: value_integer(writer, INT64_MAX); break;
    case 6: value_integer(writer, INT64_MIN); break;
    case 7: msgpack_pack_uint64(&writer->packer, UINT64_MAX); break;
    case 8: msgpack_pack_double(&writer->packer, 1.5); break;
    case 9: value_text(writer, ""); break;
    case 10: value_text(writer, "grüße 你好"); break;
    case 13: write_list(writer); break;
    case 14: write_map(writer); break;
    case 15: write_nested(writer); break;
    case 16: write_nested_arrays(writer, 128); break;
    case 17: write_keys(writer); break;
    case 18: value_time(writer, 1709210096, 789012000); break;
    case 19: value_time(writer, 0, 0); break;
    case 20: value_time(writer, -1, 500000000); break;
    case 21: write_umlauts(writer); break;
    case 22: value_integer(writer, INT64_C(1) << 32); break;
    case 23: value_integer(writer, -(INT64_C(1) << 31) - 1); break;
    case 24: msgpack_pack_uint64(&writer->packer, UINT64_C(1) << 63); break;
    default: break;
    }
}

/* The two values that travel raw have numbers 11 and 12. */
static bool is_raw(int index) { return index == 11 || index == 12; }
static size_t raw_size(int index) { return index == 11 ? 0 : sizeof raw_bytes; }

int grid_put_value(ipcq_t *queue, int index)
{
    value_writer writer;
    if (is_raw(index))
        return ipcq_put_typed(queue, raw_bytes, raw_size(index), IPCQ_TYPE_BYTES, NULL);
    value_begin(&writer);
    write_value(&writer, index);
    return value_put(queue, &writer, IPCQ_FOREVER);
}

static bool same(const msgpack_object *left, const msgpack_object *right);

static bool same_list(const msgpack_object_array *left, const msgpack_object_array *right)
{
    bool equal = left->size == right->size;
    for (uint32_t i = 0; equal && i < left->size; ++i)
        equal = same(&left->ptr[i], &right->ptr[i]);
    return equal;
}

/* The expected keys differ from one another, so equal sizes and each key found mean equal maps. */
static bool same_map(const msgpack_object_map *left, const msgpack_object_map *right)
{
    bool equal = left->size == right->size;
    for (uint32_t i = 0; equal && i < left->size; ++i) {
        bool found = false;
        for (uint32_t k = 0; !found && k < right->size; ++k)
            found = same(&left->ptr[i].key, &right->ptr[k].key) && same(&left->ptr[i].val, &right->ptr[k].val);
        equal = found;
    }
    return equal;
}

static bool is_float(const msgpack_object *object)
{
    return object->type == MSGPACK_OBJECT_FLOAT32 || object->type == MSGPACK_OBJECT_FLOAT64;
}

static bool same(const msgpack_object *left, const msgpack_object *right)
{
    if (is_float(left) && is_float(right))
        return !(left->via.f64 < right->via.f64) && !(left->via.f64 > right->via.f64);
    if (left->type != right->type)
        return false;
    switch (left->type) {
    case MSGPACK_OBJECT_ARRAY: return same_list(&left->via.array, &right->via.array);
    case MSGPACK_OBJECT_MAP: return same_map(&left->via.map, &right->via.map);
    default: return msgpack_object_equal(*left, *right);
    }
}

static bool is_bytes(const value *taken, const char *bytes, size_t size)
{
    return taken->item.size == size && memcmp(taken->bytes, bytes, size) == 0;
}

/* The bytes as msgpack-c writes them are enough: it does not read an array of depth 128. */
bool grid_is_value(const value *taken, int index)
{
    value_writer writer;
    msgpack_unpacked expected;
    size_t offset = 0;

    if (is_raw(index))
        return taken->item.type == IPCQ_TYPE_BYTES && is_bytes(taken, raw_bytes, raw_size(index));
    if (taken->item.type != IPCQ_TYPE_MESSAGEPACK)
        return false;
    value_begin(&writer);
    write_value(&writer, index);
    msgpack_unpacked_init(&expected);
    bool right =
        is_bytes(taken, writer.bytes.data, writer.bytes.size) ||
        (msgpack_unpack_next(&expected, writer.bytes.data, writer.bytes.size, &offset) == MSGPACK_UNPACK_SUCCESS &&
         same(&expected.data, &taken->object));
    msgpack_unpacked_destroy(&expected);
    msgpack_sbuffer_destroy(&writer.bytes);
    return right;
}
