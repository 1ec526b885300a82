/* SPDX-License-Identifier: Apache-2.0 */
#include "items.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

void items_assert_code(int actual, int expected, const char *file, int line)
{
    if (actual == expected)
        return;
    print_error("expected %s, got %s (%d)\n", ipcq_error_name(expected), ipcq_error_name(actual), actual);
    _fail(file, line);
}

void items_put_word(ipcq_t *queue, const char *word, const char *file, int line)
{
    items_assert_code(ipcq_put(queue, word, strlen(word), IPCQ_NOWAIT), IPCQ_OK, file, line);
}

ipcq_item items_get_word(ipcq_t *queue, const char *word, const char *file, int line)
{
    char buffer[256];
    ipcq_item item = {0};
    const ipcq_wait wait = {.deadline_ns = IPCQ_NOWAIT};
    int code = ipcq_get_item(queue, buffer, sizeof buffer, &item, IPCQ_ACCEPT_ALL, &wait);
    items_assert_code(code, IPCQ_OK, file, line);
    if (item.size != strlen(word) || memcmp(buffer, word, strlen(word)) != 0) {
        print_error("expected \"%s\", got \"%.*s\"\n", word, (int)item.size, buffer);
        _fail(file, line);
    }
    return item;
}

void items_assert_holds(ipcq_t *queue, uint64_t items, uint64_t taken, const char *file, int line)
{
    ipcq_stats stats = {.struct_size = sizeof stats};
    items_assert_code(ipcq_stat(queue, &stats), IPCQ_OK, file, line);
    if (stats.items == items && stats.taken == taken)
        return;
    print_error("expected %d items and %d taken, got %d and %d\n", (int)items, (int)taken, (int)stats.items,
                (int)stats.taken);
    _fail(file, line);
}

int put_number(ipcq_t *queue, uint64_t number, int64_t deadline_ns)
{
    return ipcq_put(queue, &number, sizeof number, deadline_ns);
}

int get_number(ipcq_t *queue, uint64_t *out_number, ipcq_item *out_item, int64_t deadline_ns)
{
    ipcq_item item = {0};
    const ipcq_wait wait = {.deadline_ns = deadline_ns};
    int code = ipcq_get_item(queue, out_number, sizeof *out_number, &item, IPCQ_ACCEPT_ALL, &wait);
    if (code == IPCQ_OK && out_item != NULL)
        *out_item = item;
    return code;
}

int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
