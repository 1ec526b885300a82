/*
 * Three producers and two consumers, and two ways to tell the consumers that no more items come. One way is a sentinel,
 * nil, for each consumer. The better way is a shutdown, which needs no count of consumers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "example.h"
#include "value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PRODUCERS = 3, CONSUMERS = 2, BUNS_EACH = 10 };

static void produce(ipcq_t *queue, const char *who)
{
    for (int bun = 0; bun < BUNS_EACH; ++bun) {
        char text[256];
        snprintf(text, sizeof text, "bun %d made by %s", bun, who);
        must(put_text(queue, text), "put");
        printf("%s made bun %d\n", who, bun);
    }
}

/* Eats until a sentinel (nil) or the shutdown says that it is over. */
static void consume(ipcq_t *queue, const char *who)
{
    for (bool over = false; !over;) {
        value next;
        int code = value_get(queue, &next, IPCQ_FOREVER);
        if (code == IPCQ_CLOSED)
            break;
        must(code, "get");
        over = value_is_nil(&next);
        if (!over)
            value_print(who, "ate", &next);
        value_release(&next);
    }
    printf("%s is done\n", who);
}

static void end(ipcq_t *queue, long consumers)
{
    for (long i = 0; i < consumers; ++i)
        must(put_nil(queue), "put a sentinel");
}

/* True if everything that was put was taken. */
static bool story(bool by_sentinels)
{
    static const char *const producers[PRODUCERS] = {"alex", "peiqi", "egon"};
    static const char *const consumers[CONSUMERS] = {"小明", "小红"};
    ipcq_t *queue = open_queue(NULL, IPCQ_PLAIN, 0);
    pid_t makers[PRODUCERS], eaters[CONSUMERS];
    bool right = true;

    for (int i = 0; i < PRODUCERS; ++i) {
        makers[i] = start_process();
        if (makers[i] == 0) {
            produce(queue, producers[i]);
            exit(0);
        }
    }
    for (int i = 0; i < CONSUMERS; ++i) {
        eaters[i] = start_process();
        if (eaters[i] == 0) {
            consume(queue, consumers[i]);
            exit(0);
        }
    }
    for (int i = 0; i < PRODUCERS; ++i)
        right = succeeded(makers[i]) && right;
    if (by_sentinels)
        end(queue, CONSUMERS);
    else
        must(ipcq_shutdown(queue, IPCQ_DRAIN), "shutdown");
    for (int i = 0; i < CONSUMERS; ++i)
        right = succeeded(eaters[i]) && right;

    ipcq_stats stats = {0};
    stats.struct_size = sizeof stats;
    must(ipcq_stat(queue, &stats), "stat");
    must(ipcq_close(queue), "close");
    return right && stats.gets == PRODUCERS * BUNS_EACH + (by_sentinels ? CONSUMERS : 0) && stats.items == 0;
}

int main(int argc, char **argv)
{
    if (argc == 1) {
        printf("-- the end by sentinels\n");
        bool right = story(true);
        printf("-- the end by shutdown\n");
        return story(false) && right ? 0 : 1;
    }
    const char *role = argc == 3 || argc == 4 ? argv[1] : "";
    ipcq_t *queue = NULL;
    if (argc == 4 && strcmp(role, "produce") == 0)
        produce(queue = open_queue(argv[2], IPCQ_PLAIN, 0), argv[3]);
    else if (argc == 4 && strcmp(role, "consume") == 0)
        consume(queue = open_queue(argv[2], IPCQ_PLAIN, 0), argv[3]);
    else if (argc == 4 && strcmp(role, "end") == 0)
        end(queue = open_queue(argv[2], IPCQ_PLAIN, 0), strtol(argv[3], NULL, 10));
    else if (argc == 3 && strcmp(role, "shutdown") == 0)
        must(ipcq_shutdown(queue = open_queue(argv[2], IPCQ_PLAIN, 0), IPCQ_DRAIN), "shutdown");
    else
        return usage("  sentinels produce NAME WHO\n  sentinels consume NAME WHO\n"
                     "  sentinels end NAME CONSUMERS\n  sentinels shutdown NAME\n");
    must(ipcq_close(queue), "close");
    return 0;
}
