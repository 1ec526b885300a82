/*
 * One process puts ten numbers, another one gets them. The getter starts first and waits.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "example.h"
#include "value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBERS = 10 };

static void put(ipcq_t *queue)
{
    for (int64_t number = 0; number < NUMBERS; ++number) {
        must(put_integer(queue, number), "put");
        printf("put %lld\n", (long long)number);
    }
}

/* True if the numbers came as put() puts them. */
static bool get(ipcq_t *queue)
{
    bool right = true;
    for (int64_t expected = 0; expected < NUMBERS; ++expected) {
        int64_t number = -1;
        value next;
        must(value_get(queue, &next, IPCQ_FOREVER), "get");
        right = value_as_integer(&next, &number) && number == expected && right;
        value_print("    ", "got", &next);
        value_release(&next);
    }
    return right;
}

static int story(void)
{
    ipcq_t *queue = open_queue(NULL, IPCQ_PLAIN, 0);
    uint64_t left = 0;

    pid_t getter = start_process();
    if (getter == 0)
        exit(get(queue) ? 0 : 1);
    pid_t putter = start_process();
    if (putter == 0) {
        put(queue);
        exit(0);
    }
    bool right = succeeded(getter);
    right = succeeded(putter) && right;

    for (int i = 0; i < 3; ++i)
        must(put_integer(queue, 1), "put");
    must(ipcq_size(queue, &left), "size");
    printf("three more were put: the queue holds %llu\n", (unsigned long long)left);
    must(ipcq_close(queue), "close");
    return right && left == 3 ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc == 1)
        return story();
    bool right = true;
    if (argc == 3 && strcmp(argv[1], "put") == 0) {
        ipcq_t *queue = open_queue(argv[2], IPCQ_PLAIN, 0);
        put(queue);
        must(ipcq_close(queue), "close");
    } else if (argc == 3 && strcmp(argv[1], "get") == 0) {
        ipcq_t *queue = open_queue(argv[2], IPCQ_PLAIN, 0);
        right = get(queue);
        must(ipcq_close(queue), "close");
    } else {
        return usage("  producer_consumer put NAME\n  producer_consumer get NAME\n");
    }
    return right ? 0 : 1;
}
