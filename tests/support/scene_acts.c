/* SPDX-License-Identifier: Apache-2.0 */
#include "scene_acts.h"

#include "await.h"
#include "child.h"
#include "items.h"
#include "library_calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* LARGE: more than a segment. A wait of 60 ms sees one slice of 50 ms end, and so asks who is dead. */
enum { LARGE = 100000, SMALL = 8, BURST = 6 };
#define SHORT_WAIT ipcq_deadline(0.06)

static char large[LARGE], buffer[SCENES_CAPACITY];
const char *scene_queue_name;
int scene_joinable;
struct flag *scene_never;

static int put(ipcq_t *queue, size_t size) { return ipcq_put(queue, large, size, IPCQ_NOWAIT); }

/* Takes one item and finishes it. */
int scene_take(ipcq_t *queue, int64_t deadline_ns)
{
    size_t size = 0;
    int code = ipcq_get(queue, buffer, sizeof buffer, &size, deadline_ns);
    if (code == IPCQ_OK && scene_joinable)
        code = ipcq_task_done(queue, IPCQ_OLDEST);
    return code;
}

int scene_drain(ipcq_t *queue)
{
    int code = IPCQ_OK;
    while (code == IPCQ_OK)
        code = scene_take(queue, IPCQ_NOWAIT);
    return code == IPCQ_EMPTY ? 0 : 1;
}

static int fill(ipcq_t *queue)
{
    int code = IPCQ_OK;
    while (code == IPCQ_OK)
        code = put(queue, LARGE);
    return code == IPCQ_FULL ? 0 : 1;
}

/* ------------------------------------------------------------------------------------------- open and close */

int scene_open_and_close(ipcq_t *queue)
{
    ipcq_t *again = NULL;
    (void)queue;
    CHILD_CHECK(ipcq_open(&again, scene_queue_name, NULL) == IPCQ_OK);
    CHILD_CHECK(ipcq_close(again) == IPCQ_OK);
    return 0;
}

int scene_make_and_remove(ipcq_t *queue)
{
    char name[200];
    ipcq_t *fresh = NULL;
    (void)queue;
    snprintf(name, sizeof name, "%s.made", scene_queue_name);
    const int opened = ipcq_open(&fresh, name, NULL);
    const int removed = ipcq_unlink(name);
    CHILD_CHECK(opened == IPCQ_OK && removed == IPCQ_OK);
    CHILD_CHECK(ipcq_close(fresh) == IPCQ_OK);
    return 0;
}

static int anonymous(ipcq_t *queue)
{
    ipcq_t *fresh = NULL;
    (void)queue;
    CHILD_CHECK(ipcq_open(&fresh, NULL, NULL) == IPCQ_OK);
    CHILD_CHECK(ipcq_close(fresh) == IPCQ_OK);
    return 0;
}

/* ---------------------------------------------------------------------------------------------- put and get */

static int put_and_get(ipcq_t *queue)
{
    CHILD_CHECK(put(queue, SMALL) == IPCQ_OK);
    CHILD_CHECK(scene_take(queue, IPCQ_NOWAIT) == IPCQ_OK);
    CHILD_CHECK(scene_take(queue, IPCQ_NOWAIT) == IPCQ_EMPTY);
    return 0;
}

static int grow(ipcq_t *queue)
{
    for (int i = 0; i < 3; ++i)
        CHILD_CHECK(put(queue, LARGE) == IPCQ_OK);
    CHILD_CHECK(ipcq_put_typed(queue, large, LARGE, IPCQ_TYPE_BYTES, NULL) == IPCQ_OK);
    return 0;
}

static int put_many(ipcq_t *queue)
{
    const ipcq_message messages[] = {
        {.data = large, .size = SMALL}, {.data = large, .size = LARGE}, {.data = large, .size = SMALL}};
    size_t count = 0;
    CHILD_CHECK(ipcq_put_many(queue, messages, 3, &count, NULL) == IPCQ_OK && count == 3);
    return 0;
}

static int prepare_three(ipcq_t *queue)
{
    CHILD_CHECK(put(queue, SMALL) == IPCQ_OK && put(queue, LARGE) == IPCQ_OK && put(queue, SMALL) == IPCQ_OK);
    return 0;
}

static int get_many(ipcq_t *queue)
{
    ipcq_view views[3];
    size_t count = 0;
    CHILD_CHECK(ipcq_get_many(queue, buffer, sizeof buffer, views, 3, &count, IPCQ_ACCEPT_ALL, NULL) == IPCQ_OK);
    CHILD_CHECK(count == 3);
    for (size_t i = 0; scene_joinable && i < count; ++i)
        CHILD_CHECK(ipcq_task_done(queue, views[i].item.ticket) == IPCQ_OK);
    return 0;
}

static int prepare_large(ipcq_t *queue) { return put(queue, LARGE); }

static int get_alloc(ipcq_t *queue)
{
    void *data = NULL;
    ipcq_item item;
    CHILD_CHECK(ipcq_get_alloc(queue, &data, &item, IPCQ_ACCEPT_ALL, NULL) == IPCQ_OK && item.size == LARGE);
    ipcq_free(data);
    CHILD_CHECK(!scene_joinable || ipcq_task_done(queue, item.ticket) == IPCQ_OK);
    return 0;
}

static int in_place(ipcq_t *queue)
{
    void *frame = NULL;
    ipcq_view view;
    CHILD_CHECK(ipcq_reserve(queue, LARGE, &frame, NULL) == IPCQ_OK);
    CHILD_CHECK(ipcq_abandon(queue, frame) == IPCQ_OK);
    CHILD_CHECK(ipcq_reserve(queue, LARGE, &frame, NULL) == IPCQ_OK);
    CHILD_CHECK(ipcq_commit(queue, frame, SMALL, IPCQ_TYPE_BYTES, NULL) == IPCQ_OK);
    CHILD_CHECK(ipcq_borrow(queue, &view, IPCQ_ACCEPT_ALL, NULL) == IPCQ_OK && view.item.size == SMALL);
    CHILD_CHECK(ipcq_release(queue, view.item.ticket) == IPCQ_OK);
    return 0;
}

static int give_back(ipcq_t *queue)
{
    size_t size = 0;
    CHILD_CHECK(ipcq_get(queue, buffer, sizeof buffer, &size, IPCQ_NOWAIT) == IPCQ_OK);
    CHILD_CHECK(ipcq_nack(queue, IPCQ_OLDEST) == (scene_joinable ? IPCQ_OK : IPCQ_NOTJOINABLE));
    return 0;
}

/* -------------------------------------------------------------------------------------------------- waiting */

static int wait_for_item(ipcq_t *queue)
{
    CHILD_CHECK(scene_take(queue, SHORT_WAIT) == IPCQ_TIMEDOUT);
    return 0;
}

static int wait_for_room(ipcq_t *queue)
{
    CHILD_CHECK(ipcq_put(queue, large, LARGE, SHORT_WAIT) == IPCQ_TIMEDOUT);
    return 0;
}

static int prepare_unfinished(ipcq_t *queue)
{
    size_t size = 0;
    CHILD_CHECK(put(queue, SMALL) == IPCQ_OK);
    CHILD_CHECK(ipcq_get(queue, buffer, sizeof buffer, &size, IPCQ_NOWAIT) == IPCQ_OK);
    return 0;
}

static int join(ipcq_t *queue)
{
    if (!scene_joinable) {
        CHILD_CHECK(ipcq_join(queue, SHORT_WAIT) == IPCQ_NOTJOINABLE);
        return 0;
    }
    CHILD_CHECK(ipcq_join(queue, SHORT_WAIT) == IPCQ_TIMEDOUT);
    CHILD_CHECK(ipcq_task_done(queue, IPCQ_OLDEST) == IPCQ_OK);
    CHILD_CHECK(ipcq_join_wait(queue, NULL) == IPCQ_OK);
    return 0;
}

/* Of a burst that left memory behind: a getter that finds nothing for a while gives it back. */
static int prepare_burst(ipcq_t *queue)
{
    for (int i = 0; i < BURST; ++i)
        CHILD_CHECK(put(queue, LARGE) == IPCQ_OK);
    return scene_drain(queue);
}

static int give_memory_back(ipcq_t *queue)
{
    CHILD_CHECK(scene_take(queue, ipcq_deadline(0.11)) == IPCQ_TIMEDOUT);
    return 0;
}

/* ------------------------------------------------------------------------------------------------- the dead */

static int borrow_and_wait(void *queue)
{
    ipcq_view view;
    CHILD_CHECK(ipcq_borrow(queue, &view, IPCQ_ACCEPT_ALL, NULL) == IPCQ_OK);
    flag_await(scene_never);
    return 1;
}

static int prepare_death(ipcq_t *queue)
{
    CHILD_CHECK(put(queue, SMALL) == IPCQ_OK);
    const pid_t peer = child_start(borrow_and_wait, queue);
    await_taken(queue, 1);
    child_kill(peer);
    return 0;
}

static int inherit(ipcq_t *queue)
{
    CHILD_CHECK(scene_take(queue, IPCQ_FOREVER) == IPCQ_OK);
    return 0;
}

/* --------------------------------------------------------------------------------------------------- looking */

static int look(ipcq_t *queue)
{
    ipcq_stats stats = {.struct_size = sizeof stats};
    ipcq_participant participants[8];
    char text[300];
    uint64_t items = 0;
    size_t count = 0;
    int flag = 0;
    CHILD_CHECK(ipcq_size(queue, &items) == IPCQ_OK && items == 0);
    CHILD_CHECK(ipcq_empty(queue, &flag) == IPCQ_OK && flag == 1);
    CHILD_CHECK(ipcq_full(queue, &flag) == IPCQ_OK && flag == 0);
    CHILD_CHECK(ipcq_stat(queue, &stats) == IPCQ_OK && stats.participants == 2);
    CHILD_CHECK(ipcq_participants(queue, participants, 8, &count) == IPCQ_OK && count == 2);
    CHILD_CHECK(ipcq_name(queue, text, sizeof text) == IPCQ_OK && strcmp(text, scene_queue_name) == 0);
    CHILD_CHECK(ipcq_describe(queue, IPCQ_FULL, text, sizeof text) == IPCQ_OK);
    return 0;
}

static int lose_descriptors(ipcq_t *queue)
{
    (void)queue;
    return close_range(3, ~0U, 0);
}

static int shut_down(ipcq_t *queue)
{
    ipcq_t *own = NULL;
    (void)queue;
    CHILD_CHECK(ipcq_open(&own, NULL, NULL) == IPCQ_OK);
    CHILD_CHECK(ipcq_shutdown(own, IPCQ_DRAIN) == IPCQ_OK);
    CHILD_CHECK(ipcq_shutdown(own, IPCQ_IMMEDIATE) == IPCQ_OK);
    CHILD_CHECK(ipcq_close(own) == IPCQ_OK);
    return 0;
}

/* The process has entered a sandbox that forbids membarrier(). A thread that finishes what another thread took needs
 * one: the list of leases favours the thread that used it first. */
static int prepare_sandbox(ipcq_t *queue)
{
    CHILD_CHECK(prepare_unfinished(queue) == 0);
    library_calls_refuse_membarrier();
    return 0;
}

static int finish_in_sandbox(ipcq_t *queue)
{
    uint64_t items = 0;
    CHILD_CHECK(ipcq_size(queue, &items) == IPCQ_OK); /* so that the next call goes the usual way */
    CHILD_CHECK(ipcq_task_done(queue, IPCQ_OLDEST) == (scene_joinable ? IPCQ_OK : IPCQ_NOTJOINABLE));
    return scene_open_and_close(queue);
}

const struct scene scene_first_open = {"first open of a process", NULL, scene_make_and_remove, 1};
const struct scene scene_list[] = {
    {"open and close", NULL, scene_open_and_close, 0},
    {"open and close, fresh", NULL, scene_open_and_close, 1},
    {"make and remove", NULL, scene_make_and_remove, 0},
    {"anonymous", NULL, anonymous, 0},
    {"put and get", NULL, put_and_get, 0},
    {"put and get, first call of a child", NULL, put_and_get, 1},
    {"grow", NULL, grow, 0},
    {"put many", NULL, put_many, 0},
    {"get many", prepare_three, get_many, 0},
    {"get alloc", prepare_large, get_alloc, 0},
    {"in place", NULL, in_place, 0},
    {"give back", prepare_large, give_back, 0},
    {"wait for an item", NULL, wait_for_item, 0},
    {"wait for room", fill, wait_for_room, 0},
    {"join", prepare_unfinished, join, 0},
    {"give memory back", prepare_burst, give_memory_back, 0},
    {"a dead peer's item", prepare_death, inherit, 0},
    {"look", NULL, look, 0},
    {"look, first call of a child", NULL, look, 1},
    {"look, descriptors lost", lose_descriptors, look, 0},
    {"grow, descriptors lost", lose_descriptors, grow, 0},
    {"shut down", NULL, shut_down, 0},
    {"finish in a sandbox", prepare_sandbox, finish_in_sandbox, 0},
};
const unsigned scene_count = sizeof scene_list / sizeof *scene_list;
