/* SPDX-License-Identifier: Apache-2.0 */
#include "value.h"

#include <stdio.h>
#include <string.h>

void value_begin(value_writer *writer)
{
    msgpack_sbuffer_init(&writer->bytes);
    msgpack_packer_init(&writer->packer, &writer->bytes, msgpack_sbuffer_write);
}

void value_nil(value_writer *writer) { msgpack_pack_nil(&writer->packer); }

void value_boolean(value_writer *writer, bool truth)
{
    if (truth)
        msgpack_pack_true(&writer->packer);
    else
        msgpack_pack_false(&writer->packer);
}

void value_integer(value_writer *writer, int64_t number) { msgpack_pack_int64(&writer->packer, number); }

void value_text(value_writer *writer, const char *text)
{
    msgpack_pack_str_with_body(&writer->packer, text, strlen(text));
}

void value_list(value_writer *writer, size_t size) { msgpack_pack_array(&writer->packer, size); }

void value_map(value_writer *writer, size_t size) { msgpack_pack_map(&writer->packer, size); }

/* msgpack-c takes the smallest of the three forms itself. */
void value_time(value_writer *writer, int64_t seconds, uint32_t nanoseconds)
{
    msgpack_timestamp time = {.tv_sec = seconds, .tv_nsec = nanoseconds};
    msgpack_pack_timestamp(&writer->packer, &time);
}

int value_put(ipcq_t *queue, value_writer *writer, int64_t deadline_ns)
{
    ipcq_wait wait = {0};
    wait.deadline_ns = deadline_ns;
    int code = ipcq_put_typed(queue, writer->bytes.data, writer->bytes.size, IPCQ_TYPE_MESSAGEPACK, &wait);
    msgpack_sbuffer_destroy(&writer->bytes);
    return code;
}

int put_nil(ipcq_t *queue)
{
    value_writer writer;
    value_begin(&writer);
    value_nil(&writer);
    return value_put(queue, &writer, IPCQ_FOREVER);
}

int put_integer(ipcq_t *queue, int64_t number)
{
    value_writer writer;
    value_begin(&writer);
    value_integer(&writer, number);
    return value_put(queue, &writer, IPCQ_FOREVER);
}

int put_text(ipcq_t *queue, const char *text)
{
    value_writer writer;
    value_begin(&writer);
    value_text(&writer, text);
    return value_put(queue, &writer, IPCQ_FOREVER);
}

/* A stranger's bytes must be one value and nothing behind it. */
static bool unpack(value *taken)
{
    size_t offset = 0;
    msgpack_unpack_return result =
        msgpack_unpack_next(&taken->unpacked, taken->bytes, (size_t)taken->item.size, &offset);
    taken->object = taken->unpacked.data;
    return result == MSGPACK_UNPACK_SUCCESS && offset == taken->item.size;
}

int value_get(ipcq_t *queue, value *out_value, int64_t deadline_ns)
{
    const uint64_t accept = IPCQ_ACCEPT(IPCQ_TYPE_BYTES) | IPCQ_ACCEPT(IPCQ_TYPE_MESSAGEPACK);
    ipcq_wait wait = {0};
    wait.deadline_ns = deadline_ns;
    memset(out_value, 0, sizeof *out_value);
    msgpack_unpacked_init(&out_value->unpacked);

    int code = ipcq_get_alloc(queue, &out_value->bytes, &out_value->item, accept, &wait);
    if (code != IPCQ_OK)
        return code;
    if (out_value->item.type == IPCQ_TYPE_BYTES) {
        out_value->object.type = MSGPACK_OBJECT_BIN;
        out_value->object.via.bin.ptr = out_value->bytes;
        out_value->object.via.bin.size = (uint32_t)out_value->item.size;
    } else if (!unpack(out_value)) {
        return VALUE_MALFORMED;
    }
    return IPCQ_OK;
}

void value_release(value *taken)
{
    msgpack_unpacked_destroy(&taken->unpacked);
    ipcq_free(taken->bytes);
    taken->bytes = NULL;
}

bool value_is_nil(const value *taken) { return taken->object.type == MSGPACK_OBJECT_NIL; }

bool value_as_integer(const value *taken, int64_t *out_number)
{
    if (taken->object.type == MSGPACK_OBJECT_POSITIVE_INTEGER && taken->object.via.u64 <= INT64_MAX)
        *out_number = (int64_t)taken->object.via.u64;
    else if (taken->object.type == MSGPACK_OBJECT_NEGATIVE_INTEGER)
        *out_number = taken->object.via.i64;
    else
        return false;
    return true;
}

static bool object_text(const msgpack_object *object, const char **out_text, size_t *out_size)
{
    if (object->type != MSGPACK_OBJECT_STR)
        return false;
    *out_text = object->via.str.ptr;
    *out_size = object->via.str.size;
    return true;
}

bool value_as_text(const value *taken, const char **out_text, size_t *out_size)
{
    return object_text(&taken->object, out_text, out_size);
}

bool value_member_text(const value *taken, const char *key, const char **out_text, size_t *out_size)
{
    if (taken->object.type != MSGPACK_OBJECT_MAP)
        return false;
    for (uint32_t i = 0; i < taken->object.via.map.size; ++i) {
        const msgpack_object_kv *member = &taken->object.via.map.ptr[i];
        const char *name = NULL;
        size_t size = 0;
        if (object_text(&member->key, &name, &size) && size == strlen(key) && memcmp(name, key, size) == 0)
            return object_text(&member->val, out_text, out_size);
    }
    return false;
}

void value_print(const char *who, const char *word, const value *taken)
{
    printf("%s %s ", who, word);
    if (taken->object.type == MSGPACK_OBJECT_STR)
        printf("%.*s", (int)taken->object.via.str.size, taken->object.via.str.ptr);
    else
        msgpack_object_print(stdout, taken->object);
    printf("\n");
}
