/*
 * Three producers put two buns each, and wait in ipcq_join() until every bun is finished. The consumers would wait for
 * ever, so the main process ends them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "example.h"
#include "value.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { PRODUCERS = 3, CONSUMERS = 2, BUNS_EACH = 2 };

static void produce(ipcq_t *queue, const char *who)
{
    for (int bun = 0; bun < BUNS_EACH; ++bun) {
        char text[256];
        snprintf(text, sizeof text, "bun %d made by %s", bun, who);
        must(put_text(queue, text), "put");
        printf("%s made bun %d\n", who, bun);
    }
    must(ipcq_join(queue, IPCQ_FOREVER), "join");
    printf("%s saw every bun finished\n", who);
}

static void consume(ipcq_t *queue, const char *who)
{
    for (;;) {
        value next;
        int code = value_get(queue, &next, IPCQ_FOREVER);
        if (code == IPCQ_CLOSED)
            return;
        must(code, "get");
        value_print(who, "ate", &next);
        fflush(stdout);
        must(ipcq_task_done(queue, next.item.ticket), "task_done");
        value_release(&next);
    }
}

static int story(void)
{
    static const char *const producers[PRODUCERS] = {"producer 1", "producer 2", "producer 3"};
    static const char *const consumers[CONSUMERS] = {"consumer 1", "consumer 2"};
    ipcq_t *queue = open_queue(NULL, IPCQ_JOINABLE, 0);
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
    for (int i = 0; i < CONSUMERS; ++i) {
        kill(eaters[i], SIGTERM);
        waitpid(eaters[i], NULL, 0);
    }

    ipcq_stats stats = {0};
    stats.struct_size = sizeof stats;
    must(ipcq_stat(queue, &stats), "stat");
    must(ipcq_close(queue), "close");
    printf("%llu buns were eaten\n", (unsigned long long)stats.dones);
    return right && stats.dones == PRODUCERS * BUNS_EACH && stats.items == 0 && stats.taken == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc == 1)
        return story();
    ipcq_t *queue = NULL;
    if (argc == 4 && strcmp(argv[1], "produce") == 0)
        produce(queue = open_queue(argv[2], IPCQ_JOINABLE, 0), argv[3]);
    else if (argc == 4 && strcmp(argv[1], "consume") == 0)
        consume(queue = open_queue(argv[2], IPCQ_JOINABLE, 0), argv[3]);
    else
        return usage("  joinable produce NAME WHO\n  joinable consume NAME WHO\n");
    must(ipcq_close(queue), "close");
    return 0;
}
