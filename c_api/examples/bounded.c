/*
 * A queue has room for three items. A text, a list and a map fill it, and three gets empty it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "example.h"
#include "value.h"

#include <stdio.h>
#include <string.h>

enum { SLOTS = 3 };

static void put(ipcq_t *queue)
{
    value_writer writer;

    must(put_text(queue, "hello"), "put a text");

    value_begin(&writer);
    value_list(&writer, 4);
    for (int64_t member = 1; member <= 4; ++member)
        value_integer(&writer, member);
    must(value_put(queue, &writer, IPCQ_FOREVER), "put a list");

    value_begin(&writer);
    value_map(&writer, 2);
    value_text(&writer, "name");
    value_text(&writer, "alex");
    value_text(&writer, "age");
    value_integer(&writer, 15);
    must(value_put(queue, &writer, IPCQ_FOREVER), "put a map");
}

/* True if a text, a list and a map came, in this order. */
static bool get(ipcq_t *queue)
{
    static const msgpack_object_type kinds[SLOTS] = {MSGPACK_OBJECT_STR, MSGPACK_OBJECT_ARRAY, MSGPACK_OBJECT_MAP};
    bool right = true;
    for (int i = 0; i < SLOTS; ++i) {
        value next;
        must(value_get(queue, &next, IPCQ_FOREVER), "get");
        right = next.object.type == kinds[i] && right;
        value_print("   ", "got", &next);
        value_release(&next);
    }
    return right;
}

static int story(void)
{
    ipcq_t *queue = open_queue(NULL, IPCQ_PLAIN, SLOTS);
    value_writer fourth;
    int full = 0, empty = 0;

    put(queue);
    must(ipcq_full(queue, &full), "full");
    printf("full: %s\n", full ? "true" : "false");

    value_begin(&fourth);
    value_nil(&fourth);
    int code = value_put(queue, &fourth, IPCQ_NOWAIT);
    printf("a fourth put that does not wait: %s\n", ipcq_error_name(code));

    bool right = get(queue);
    must(ipcq_empty(queue, &empty), "empty");
    printf("empty: %s\n", empty ? "true" : "false");
    must(ipcq_close(queue), "close");
    return right && full && empty && code == IPCQ_FULL ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc == 1)
        return story();
    bool right = true;
    if (argc == 3 && strcmp(argv[1], "put") == 0) {
        ipcq_t *queue = open_queue(argv[2], IPCQ_PLAIN, SLOTS);
        put(queue);
        must(ipcq_close(queue), "close");
    } else if (argc == 3 && strcmp(argv[1], "get") == 0) {
        ipcq_t *queue = open_queue(argv[2], IPCQ_PLAIN, SLOTS);
        right = get(queue);
        must(ipcq_close(queue), "close");
    } else {
        return usage("  bounded put NAME\n  bounded get NAME\n");
    }
    return right ? 0 : 1;
}
