/*
 * 150,000 numbers are put first. Then three processes take 50,000 each. Each taker sees its numbers in the order in
 * which they were put.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "example.h"
#include "value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TAKERS = 3, NUMBERS_EACH = 50000 };

static void put(ipcq_t *queue, long count)
{
    for (long number = 0; number < count; ++number)
        must(put_integer(queue, number), "put");
}

/* True if the numbers came in increasing order, as from one putter they must. */
static bool take(ipcq_t *queue, const char *who, long count)
{
    int64_t first = 0, last = -1;
    bool increasing = true;

    for (long taken = 0; taken < count; ++taken) {
        int64_t number = 0;
        value next;
        must(value_get(queue, &next, IPCQ_FOREVER), "get");
        if (!value_as_integer(&next, &number))
            must(IPCQ_WRONGTYPE, "take");
        value_release(&next);
        increasing = increasing && number > last;
        last = number;
        if (taken == 0)
            first = number;
    }
    printf("%s took %ld numbers, the first %lld, the last %lld\n", who, count, (long long)first, (long long)last);
    return increasing;
}

static int story(void)
{
    static const char *const names[TAKERS] = {"p1", "p2", "p3"};
    ipcq_t *queue = open_queue(NULL, IPCQ_PLAIN, 0);
    pid_t takers[TAKERS];
    bool right = true;
    int empty = 0;

    put(queue, (long)TAKERS * NUMBERS_EACH);
    for (int i = 0; i < TAKERS; ++i) {
        takers[i] = start_process();
        if (takers[i] == 0)
            exit(take(queue, names[i], NUMBERS_EACH) ? 0 : 1);
    }
    for (int i = 0; i < TAKERS; ++i)
        right = succeeded(takers[i]) && right;
    must(ipcq_empty(queue, &empty), "empty");
    printf("the queue is %s\n", empty ? "empty" : "not empty");
    must(ipcq_close(queue), "close");
    return right && empty ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc == 1)
        return story();
    long count = argc == 4 ? strtol(argv[3], NULL, 10) : 0;
    if ((argc == 3 || count > 0) && strcmp(argv[1], "put") == 0) {
        ipcq_t *queue = open_queue(argv[2], IPCQ_PLAIN, 0);
        put(queue, count > 0 ? count : (long)TAKERS * NUMBERS_EACH);
        must(ipcq_close(queue), "close");
    } else if ((argc == 3 || count > 0) && strcmp(argv[1], "take") == 0) {
        ipcq_t *queue = open_queue(argv[2], IPCQ_PLAIN, 0);
        take(queue, "taker", count > 0 ? count : NUMBERS_EACH);
        must(ipcq_close(queue), "close");
    } else {
        return usage("  three_takers put NAME [COUNT]\n  three_takers take NAME [COUNT]\n");
    }
    return 0;
}
