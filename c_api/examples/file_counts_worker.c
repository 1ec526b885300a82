/*
 * file_counts_worker WORK_QUEUE RESULT_QUEUE [hold]
 *
 * Takes maps {"file": PATH} from the joinable work queue, and counts lines, words and bytes as `LC_ALL=C wc` does. It
 * puts one map with the counts into the plain result queue. It ends when the work queue is shut down. The result is put
 * before the item is finished: a worker that dies in between makes a second result, never a missing one. With `hold` it
 * keeps its first item unfinished for ever, to be killed with it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "example.h"
#include "value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct counts {
    int64_t lines, words, bytes;
} counts;

static bool count_file(const char *path, counts *out_counts)
{
    unsigned char buffer[65536];
    bool in_word = false;
    size_t size = 0;
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return false;

    memset(out_counts, 0, sizeof *out_counts);
    while ((size = fread(buffer, 1, sizeof buffer, file)) > 0) {
        out_counts->bytes += (int64_t)size;
        for (size_t i = 0; i < size; ++i) {
            unsigned char byte = buffer[i];
            if (byte == '\n')
                ++out_counts->lines;
            if (byte == ' ' || (byte >= '\t' && byte <= '\r'))
                in_word = false;
            else if (byte >= 0x21 && byte <= 0x7e && !in_word) {
                in_word = true;
                ++out_counts->words;
            }
        }
    }
    bool complete = !ferror(file);
    fclose(file);
    return complete;
}

static void member_integer(value_writer *writer, const char *key, int64_t number)
{
    value_text(writer, key);
    value_integer(writer, number);
}

static int put_result(ipcq_t *results, const char *path, const counts *counted, uint32_t deliveries)
{
    value_writer writer;
    value_begin(&writer);
    value_map(&writer, 7);
    value_text(&writer, "file");
    value_text(&writer, path);
    member_integer(&writer, "lines", counted->lines);
    member_integer(&writer, "words", counted->words);
    member_integer(&writer, "bytes", counted->bytes);
    value_text(&writer, "language");
    value_text(&writer, "C");
    member_integer(&writer, "pid", (int64_t)getpid());
    member_integer(&writer, "deliveries", (int64_t)deliveries);
    return value_put(results, &writer, IPCQ_FOREVER);
}

static void hold_for_ever(const char *path)
{
    printf("holding %s\n", path);
    fflush(stdout);
    for (;;)
        pause();
}

int main(int argc, char **argv)
{
    bool hold = argc == 4 && strcmp(argv[3], "hold") == 0;
    if (argc != 3 && !hold) {
        fprintf(stderr, "usage: file_counts_worker WORK_QUEUE RESULT_QUEUE [hold]\n");
        return 2;
    }
    ipcq_t *work = open_queue(argv[1], IPCQ_JOINABLE, 0);
    ipcq_t *results = open_queue(argv[2], IPCQ_PLAIN, 0);

    for (;;) {
        char path[4096];
        const char *text = NULL;
        size_t size = 0;
        counts counted;
        value item;
        int code = value_get(work, &item, IPCQ_FOREVER);
        if (code == IPCQ_CLOSED)
            break;
        must(code, "get");
        if (!value_member_text(&item, "file", &text, &size) || size >= sizeof path) {
            fprintf(stderr, "file_counts_worker: an item without a file\n");
            return 1;
        }
        memcpy(path, text, size);
        path[size] = '\0';
        if (hold)
            hold_for_ever(path);
        if (!count_file(path, &counted)) {
            perror(path);
            return 1;
        }
        must(put_result(results, path, &counted, item.item.deliveries), "put");
        must(ipcq_task_done(work, item.item.ticket), "task_done");
        value_release(&item);
    }
    must(ipcq_close(work), "close");
    must(ipcq_close(results), "close");
    return 0;
}
