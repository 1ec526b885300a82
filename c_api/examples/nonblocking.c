/*
 * A getter that does not wait gets the answer that the queue is empty.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "example.h"
#include "value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NUMBERS = 10 };

static void put(ipcq_t *queue)
{
    for (int64_t number = 0; number < NUMBERS; ++number) {
        value_writer writer;
        value_begin(&writer);
        value_integer(&writer, number);
        must(value_put(queue, &writer, IPCQ_NOWAIT), "put");
        printf("put %lld\n", (long long)number);
    }
}

static void do_something_else(void)
{
    const struct timespec millisecond = {0, 1000000};
    nanosleep(&millisecond, NULL);
}

/* True if the numbers came as put() puts them. */
static bool get(ipcq_t *queue)
{
    long empty_answers = 0;
    bool right = true;
    for (int64_t expected = 0; expected < NUMBERS;) {
        int64_t number = -1;
        value next;
        int code = value_get(queue, &next, IPCQ_NOWAIT);
        if (code == IPCQ_EMPTY) {
            ++empty_answers;
            do_something_else();
            continue;
        }
        must(code, "get");
        right = value_as_integer(&next, &number) && number == expected && right;
        value_print("    ", "got", &next);
        value_release(&next);
        ++expected;
    }
    printf("    the answer was \"empty\" %ld times\n", empty_answers);
    return right;
}

static int story(void)
{
    ipcq_t *queue = open_queue(NULL, IPCQ_PLAIN, 0);
    value nothing;
    int code = value_get(queue, &nothing, IPCQ_NOWAIT);
    printf("before anything was put: %s\n", ipcq_error_name(code));

    pid_t putter = start_process();
    if (putter == 0) {
        put(queue);
        exit(0);
    }
    pid_t getter = start_process();
    if (getter == 0)
        exit(get(queue) ? 0 : 1);
    bool right = succeeded(putter);
    right = succeeded(getter) && right;
    must(ipcq_close(queue), "close");
    return right && code == IPCQ_EMPTY ? 0 : 1;
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
        return usage("  nonblocking put NAME\n  nonblocking get NAME\n");
    }
    return right ? 0 : 1;
}
