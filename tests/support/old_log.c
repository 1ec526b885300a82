/* SPDX-License-Identifier: Apache-2.0 */
#include "old_log.h"

#include "child.h"
#include "hooks.h"

#include <signal.h>

/* One item a segment. As many segments may be live as the capacity has, and one more. */
enum { ITEMS = 61, ITEM_BYTES = 60000 };

static char item[ITEM_BYTES];

static bool take(ipcq_t *queue, ipcq_item *out)
{
    const ipcq_wait now = {.deadline_ns = IPCQ_NOWAIT};
    return ipcq_get_item(queue, item, sizeof item, out, IPCQ_ACCEPT_ALL, &now) == IPCQ_OK;
}

/* Producers move the frontier when they need room; an unfinished first item keeps it where it is. */
bool old_log_make(ipcq_t *queue)
{
    ipcq_item first, other;
    for (int i = 0; i < ITEMS; ++i)
        if (ipcq_put(queue, item, sizeof item, IPCQ_NOWAIT) != IPCQ_OK)
            return false;
    if (!take(queue, &first))
        return false;
    for (int i = 1; i < ITEMS; ++i)
        if (!take(queue, &other) || ipcq_task_done(queue, other.ticket) != IPCQ_OK)
            return false;
    return ipcq_task_done(queue, first.ticket) == IPCQ_OK;
}

bool old_log_give_back(ipcq_t *queue)
{
    ipcq_stats stats = {.struct_size = sizeof stats};
    size_t size = 0;
    if (ipcq_join(queue, IPCQ_NOWAIT) != IPCQ_OK)
        return false;
    do
        if (ipcq_get(queue, item, sizeof item, &size, ipcq_deadline(0.06)) != IPCQ_TIMEDOUT ||
            ipcq_stat(queue, &stats) != IPCQ_OK)
            return false;
    while (stats.bytes_backed > ITEMS / 2 * ITEM_BYTES);
    return true;
}

int old_log_look(ipcq_t *queue, enum old_log_look look)
{
    ipcq_stats stats = {.struct_size = sizeof stats};
    int full = 0;
    signal(SIGBUS, SIG_DFL); /* not CMocka's handler, which would go on with the parent's tests */
    ipcq_test_stop_at("look_walk");
    if (look == OLD_LOG_STAT)
        CHILD_CHECK(ipcq_stat(queue, &stats) == IPCQ_OK);
    else
        CHILD_CHECK(ipcq_full(queue, &full) == IPCQ_OK && !full);
    return 0;
}
