/* SPDX-License-Identifier: Apache-2.0 */
#include "final_check.h"

#include "thread.h"
#include "payload.h"
#include "valid/snapshot.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SEGMENT_MIN = 4096, SEGMENT_MAX = 65536, SEGMENTS_WANTED = 16 };

static bool is_right(int code, int right, const char *what)
{
    if (code != right)
        violation("at the end %s answers %s", what, ipcq_error_name(code));
    return code == right;
}

/* As core/layout/FORMAT.md, section 1, chooses it. */
static size_t segment_of(size_t capacity)
{
    size_t segment = SEGMENT_MIN;
    while (segment < SEGMENT_MAX && 2 * segment <= capacity / SEGMENTS_WANTED)
        segment *= 2;
    return segment;
}

static int make(const struct plan *plan, ipcq_t **out_queue)
{
    ipcq_stats stats = {.struct_size = sizeof stats};
    ipcq_options options = {.struct_size = sizeof options, .flags = IPCQ_CREATE_ONLY};
    options.flags |= plan->is_joinable ? IPCQ_JOINABLE : IPCQ_PLAIN;
    options.max_items = plan->max_items;
    options.capacity_bytes = plan->capacity_bytes;
    options.max_participants = plan->participants;
    int code = ipcq_open(out_queue, ledger->queue, &options);
    if (code == IPCQ_OK)
        code = ipcq_stat(*out_queue, &stats);
    ledger->item_max = stats.item_max_bytes;
    ledger->segment = segment_of(plan->capacity_bytes);
    return code;
}

bool scene_make_queue(struct scene *scene)
{
    ipcq_t *queue = NULL;
    if (scene->plan->is_nameless)
        return is_right(make(scene->plan, &scene->inherited), IPCQ_OK, "open") &&
               is_right(ipcq_unlink(ledger->queue), IPCQ_OK, "unlink");
    const pid_t maker = fork();
    if (maker == 0) {
        if (is_right(make(scene->plan, &queue), IPCQ_OK, "open"))
            kill(getpid(), SIGKILL);
        _exit(1);
    }
    int status = 0;
    return maker > 0 && waitpid(maker, &status, 0) == maker && WIFSIGNALED(status) && ledger->item_max != 0;
}

static void drain(ipcq_t *queue, bool is_joinable, char *buffer)
{
    ipcq_item item = {0};
    int code = IPCQ_OK;
    for (;;) {
        const ipcq_wait wait = {.deadline_ns = ipcq_deadline(0.3)};
        code = ipcq_get_item(queue, buffer, ledger->item_max, &item, IPCQ_ACCEPT_ALL, &wait);
        if (code != IPCQ_OK)
            break;
        const uint64_t id = payload_id(buffer, item.size);
        if (id == 0 || id >= ITEMS_MAX)
            violation("an item of %lu bytes is torn", (unsigned long)item.size);
        else
            item_seen(id, &item, is_joinable);
        if (is_joinable) {
            item_finishing(id);
            item_finished(id, ipcq_task_done(queue, item.ticket));
        }
    }
    is_right(code, IPCQ_TIMEDOUT, "the last get");
    if (is_joinable)
        is_right(ipcq_join(queue, ipcq_deadline(5)), IPCQ_OK, "join");
}

/* The empty queue takes its largest item, which needs all memory that the dead had claimed. */
static void put_largest(ipcq_t *queue, bool is_joinable, char *buffer)
{
    size_t size = 0;
    if (!is_right(ipcq_put(queue, buffer, ledger->item_max, ipcq_deadline(5)), IPCQ_OK, "put of the largest item"))
        return;
    is_right(ipcq_get(queue, buffer, ledger->item_max, &size, IPCQ_NOWAIT), IPCQ_OK, "get of the largest item");
    if (is_joinable)
        is_right(ipcq_task_done(queue, IPCQ_OLDEST), IPCQ_OK, "task_done of the largest item");
}

static void check_numbers(ipcq_t *queue)
{
    ipcq_stats stats = {.struct_size = sizeof stats};
    is_right(ipcq_stat(queue, &stats), IPCQ_OK, "stat");
    if (stats.items != 0 || stats.taken != 0 || stats.participants != 1)
        violation("at the end stat tells of %lu items, %lu taken, %u participants", (unsigned long)stats.items,
                  (unsigned long)stats.taken, stats.participants);
}

static void check_bytes(void)
{
    struct snapshot image = {0};
    char path[128], text[SNAPSHOT_TEXT] = "no snapshot";
    snprintf(path, sizeof path, "/dev/shm/ipcq.%s", ledger->queue);
    if (!snapshot_take(&image, path) || !snapshot_valid(&image, true, text))
        violation("at the end the queue's bytes are wrong: %s", text);
    else if (snapshot_lost_segments(&image) != 0)
        violation("at the end %lu segments are lost", (unsigned long)snapshot_lost_segments(&image));
    snapshot_free(&image);
}

void final_check(struct scene *scene)
{
    const struct plan *plan = scene->plan;
    char *buffer = calloc(1, ledger->item_max);
    ipcq_t *queue = scene->inherited;
    const ipcq_options options = {.struct_size = sizeof options, .flags = IPCQ_OPEN_ONLY};
    if (queue == NULL && !is_right(ipcq_open(&queue, ledger->queue, &options), IPCQ_OK, "open"))
        return;
    drain(queue, plan->is_joinable, buffer);
    check_numbers(queue);
    put_largest(queue, plan->is_joinable, buffer);
    if (!plan->is_nameless)
        check_bytes();
    items_check(plan->is_joinable);
    is_right(ipcq_close(queue), IPCQ_OK, "close");
    is_right(ipcq_unlink(ledger->queue), plan->is_nameless ? IPCQ_NOTFOUND : IPCQ_OK, "unlink");
    free(buffer);
}
