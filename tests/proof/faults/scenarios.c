/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario.h"

#include "preparations.h"
#include "sleepers.h"

#include <string.h>

static int64_t moment(void) { return ipcq_deadline(0.3); } /* some slices */

static int open_it(struct scene *scene) { return scene_open(scene, scene->flags); }

static int open_with_defaults(struct scene *scene)
{
    return scene_open_into(scene, &scene->queue, scene->name, (ipcq_options){.flags = scene->flags});
}

static int open_only(struct scene *scene) { return scene_open(scene, IPCQ_OPEN_ONLY); }

static int open_by_name(struct scene *scene)
{
    return scene_open_into(scene, &scene->queue, scene->name, (ipcq_options){.flags = IPCQ_OPEN_ONLY});
}

static int open_anonymous(struct scene *scene)
{
    int code =
        scene_open_into(scene, &scene->queue, NULL, (ipcq_options){.flags = scene->flags, .capacity_bytes = 1 << 20});
    if (code == IPCQ_OK) {
        fault_disarm();
        take_its_name(scene);
        scene->gone = true;
    }
    return code;
}

static int name_anonymous(struct scene *scene)
{
    char name[sizeof scene->name];
    int code = ipcq_name(scene->queue, name, sizeof name);
    fault_disarm();
    take_its_name(scene); /* without a fault it gets it, whatever failed before */
    return code;
}

static int put_small(struct scene *scene) { return scene_put(scene, 50, IPCQ_NOWAIT); }

static int put_growing(struct scene *scene)
{
    int code = IPCQ_OK;
    for (int i = 0; i < 8 && code == IPCQ_OK; ++i)
        code = scene_put(scene, LONG, IPCQ_NOWAIT);
    return code;
}

static int put_large(struct scene *scene) { return scene_put(scene, LARGE, IPCQ_NOWAIT); }

static int put_until(struct scene *scene) { return scene_put(scene, 40, moment()); }

static int get_one(struct scene *scene) { return scene_get(scene, IPCQ_NOWAIT); }

static int get_until(struct scene *scene) { return scene_get(scene, moment()); }

static int get_all(struct scene *scene)
{
    int code = IPCQ_OK;
    while (scene->ready != 0 && code == IPCQ_OK)
        code = scene_get(scene, IPCQ_NOWAIT);
    return code;
}

static int get_into_small(struct scene *scene)
{
    char small[8];
    size_t size = 0;
    int code = ipcq_get(scene->queue, small, sizeof small, &size, IPCQ_NOWAIT);
    if (code == IPCQ_TOOBIG && size != scene->sizes[0])
        scene_fault(scene, "TOOBIG told the size %zu", size);
    return code;
}

static int get_interruptible(struct scene *scene)
{
    char item[100];
    ipcq_item told;
    return ipcq_get_item(scene->queue, item, sizeof item, &told, IPCQ_ACCEPT_ALL,
                         &(ipcq_wait){.deadline_ns = moment(), .flags = IPCQ_INTERRUPTIBLE});
}

static int put_many(struct scene *scene) { return scene_put_many(scene, 50, 70); }

static int put_many_growing(struct scene *scene) { return scene_put_many(scene, LONG, 8); }

static int get_many(struct scene *scene) { return scene_get_many(scene); }

static int commit_small(struct scene *scene) { return scene_reserve_and_commit(scene, 50); }

static int commit_large(struct scene *scene) { return scene_reserve_and_commit(scene, LARGE); }

static int reserve_and_abandon(struct scene *scene)
{
    void *data = NULL;
    int code = ipcq_reserve(scene->queue, LARGE, &data, &(ipcq_wait){.deadline_ns = IPCQ_NOWAIT});
    return code == IPCQ_OK ? ipcq_abandon(scene->queue, data) : code;
}

static int borrow(struct scene *scene)
{
    ipcq_view view;
    return scene_borrow(scene, &view);
}

static int borrow_and_release(struct scene *scene)
{
    ipcq_view view;
    int code = scene_borrow(scene, &view);
    if (code == IPCQ_OK && (code = ipcq_release(scene->queue, view.item.ticket)) == IPCQ_OK && scene->taken != 0)
        --scene->taken;
    return code;
}

static int give_back(struct scene *scene)
{
    int code = ipcq_nack(scene->queue, IPCQ_OLDEST);
    if (code == IPCQ_OK) {
        --scene->taken;
        scene->given_back = true;
        scene_expect(scene, 0, 1, 40); /* it was the first of three */
    }
    return code;
}

static int join_now(struct scene *scene) { return ipcq_join(scene->queue, IPCQ_NOWAIT); }

static int join_until(struct scene *scene) { return ipcq_join(scene->queue, moment()); }

static int guard(struct scene *scene)
{
    (void)scene;
    return ipcq_guard_truncation();
}

static int shut_down(struct scene *scene)
{
    int code = ipcq_shutdown(scene->queue, IPCQ_DRAIN);
    scene->shut_down = scene->shut_down || code == IPCQ_OK;
    return code;
}

static int discard(struct scene *scene)
{
    int code = ipcq_shutdown(scene->queue, IPCQ_IMMEDIATE);
    if (code == IPCQ_OK) {
        scene->shut_down = true;
        scene->ready = 0;
    }
    return code;
}

static int look_at_size(struct scene *scene)
{
    uint64_t items = 0;
    int empty = -1, full = -1;
    int code = ipcq_size(scene->queue, &items);
    if (code == IPCQ_OK && (code = ipcq_empty(scene->queue, &empty)) == IPCQ_OK)
        code = ipcq_full(scene->queue, &full);
    if (code == IPCQ_OK && (items != scene->ready || empty != 0 || full != 0))
        scene_fault(scene, "size %llu, empty %d, full %d", (unsigned long long)items, empty, full);
    return code;
}

static int look_at_statistics(struct scene *scene)
{
    ipcq_stats stats = {.struct_size = sizeof stats};
    int code = ipcq_stat(scene->queue, &stats);
    if (code == IPCQ_OK && (stats.items != scene->ready || stats.participants != 1))
        scene_fault(scene, "stat: %llu items, %u participants", (unsigned long long)stats.items, stats.participants);
    return code;
}

static int look_at_participants(struct scene *scene)
{
    ipcq_participant people[4];
    size_t count = 0;
    int code = ipcq_participants(scene->queue, people, 4, &count);
    if (code == IPCQ_OK && (count != 1 || !people[0].self || !people[0].alive))
        scene_fault(scene, "%zu participants", count);
    return code;
}

static int describe(struct scene *scene)
{
    char text[300] = "";
    int code = ipcq_describe(scene->queue, IPCQ_FULL, text, sizeof text);
    if (code == IPCQ_OK && strstr(text, scene->name) == NULL)
        scene_fault(scene, "described as '%s'", text);
    return code;
}

static int close_it(struct scene *scene)
{
    int code = ipcq_close(scene->queue);
    scene->queue = NULL;
    return code;
}

static int unlink_it(struct scene *scene)
{
    int code = ipcq_unlink(scene->name);
    scene->gone = code == IPCQ_OK;
    return code;
}

static int unlink_missing(struct scene *scene) { return ipcq_unlink(scene->name); }

static int trim_and_grow(struct scene *scene)
{
    int code = scene_get(scene, IPCQ_NOWAIT);
    for (int i = 0; i < 24 && (code == IPCQ_EMPTY || code == IPCQ_OK); ++i)
        code = scene_put(scene, LONG, IPCQ_NOWAIT);
    return code;
}

/* clang-format off */
#define PLAINLY .flags = IPCQ_PLAIN
#define JOINABLY .flags = IPCQ_JOINABLE
#define OPENS .documented = DOCUMENTED_OPEN, .opens = true

const struct scenario scenarios[] = {
    {"open-new", JOINABLY, OPENS, .first = true, .makes = true, .prepare = nothing, .operate = open_it},
    {"open-new-again", JOINABLY, OPENS, .makes = true, .prepare = nothing, .operate = open_it},
    {"open-new-by-default", PLAINLY, OPENS, .makes = true, .prepare = nothing, .operate = open_with_defaults},
    {"open-new-without-stdin", PLAINLY, OPENS, .makes = true, .prepare = without_standard_input, .operate = open_it},
    {"open-existing", JOINABLY, OPENS, .prepare = exists_with_three, .operate = open_it},
    {"open-only", JOINABLY, OPENS, .prepare = exists_with_three, .operate = open_only},
    {"open-after-a-death", JOINABLY, OPENS, .prepare = exists_with_a_dead_peer, .operate = open_it},
    {"open-anonymous", PLAINLY, OPENS, .first = true, .makes = true, .prepare = nothing, .operate = open_anonymous},
    {"open-anonymous-by-name", PLAINLY, OPENS, .prepare = anonymous_left_by_its_maker, .operate = open_by_name},
    {"name-anonymous", PLAINLY, .documented = DOCUMENTED_NAME, .prepare = nameless_with_one, .operate = name_anonymous},
    {"fork-name-anonymous", PLAINLY, .documented = DOCUMENTED_NAME | DOCUMENTED_FIRST, .prepare = forked_nameless, .operate = name_anonymous},
    {"put-small", PLAINLY, .documented = DOCUMENTED_PUT, .prepare = with_three, .operate = put_small},
    {"put-growing", JOINABLY, .documented = DOCUMENTED_PUT, .prepare = with_three, .operate = put_growing},
    {"put-large", JOINABLY, .documented = DOCUMENTED_PUT, .prepare = with_three, .operate = put_large},
    {"put-full", JOINABLY, .normal = IPCQ_FULL, .documented = DOCUMENTED_PUT, .prepare = full_of_two, .operate = put_small},
    {"put-waiting", JOINABLY, .normal = IPCQ_TIMEDOUT, .documented = DOCUMENTED_PUT, .prepare = full_of_two, .operate = put_until},
    {"get", JOINABLY, .documented = DOCUMENTED_GET, .prepare = with_three, .operate = get_one},
    {"get-plain", PLAINLY, .documented = DOCUMENTED_GET, .prepare = with_three, .operate = get_one},
    {"get-large", PLAINLY, .documented = DOCUMENTED_GET, .prepare = with_a_large_one, .operate = get_one},
    {"get-hundred", JOINABLY, .documented = DOCUMENTED_GET, .prepare = with_a_hundred, .operate = get_all},
    {"get-into-small", JOINABLY, .normal = IPCQ_TOOBIG, .documented = DOCUMENTED_GET, .prepare = with_three, .operate = get_into_small},
    {"get-empty", JOINABLY, .normal = IPCQ_EMPTY, .documented = DOCUMENTED_GET, .prepare = opened, .operate = get_one},
    {"get-waiting", JOINABLY, .normal = IPCQ_TIMEDOUT, .documented = DOCUMENTED_GET, .prepare = opened, .operate = get_until},
    {"get-interruptible", PLAINLY, .normal = IPCQ_TIMEDOUT, .documented = DOCUMENTED_GET | DOCUMENTED_WAIT, .prepare = opened, .operate = get_interruptible},
    {"get-alloc", JOINABLY, .documented = DOCUMENTED_GET | RESULT(NOMEM), .prepare = with_three, .operate = scene_get_alloc},
    {"get-alloc-large", JOINABLY, .documented = DOCUMENTED_GET | RESULT(NOMEM), .prepare = with_a_large_one, .operate = scene_get_alloc},
    {"put-many", PLAINLY, .documented = DOCUMENTED_PUT, .prepare = with_three, .operate = put_many},
    {"put-many-growing", JOINABLY, .documented = DOCUMENTED_PUT, .prepare = with_three, .operate = put_many_growing},
    {"put-many-full", JOINABLY, .normal = IPCQ_FULL, .documented = DOCUMENTED_PUT, .prepare = full_of_two, .operate = put_many},
    {"get-many", JOINABLY, .documented = DOCUMENTED_GET, .prepare = with_a_hundred, .operate = get_many},
    {"get-many-plain", PLAINLY, .documented = DOCUMENTED_GET, .prepare = with_a_hundred, .operate = get_many},
    {"get-many-empty", JOINABLY, .normal = IPCQ_EMPTY, .documented = DOCUMENTED_GET, .prepare = opened, .operate = get_many},
    {"commit-small", JOINABLY, .documented = DOCUMENTED_PUT, .prepare = with_three, .operate = commit_small},
    {"commit-large", PLAINLY, .documented = DOCUMENTED_PUT, .prepare = with_three, .operate = commit_large},
    {"commit-full", JOINABLY, .normal = IPCQ_FULL, .documented = DOCUMENTED_PUT, .prepare = full_of_two, .operate = commit_small},
    {"abandon", JOINABLY, .documented = DOCUMENTED_PUT, .prepare = with_three, .operate = reserve_and_abandon},
    {"borrow", JOINABLY, .documented = DOCUMENTED_GET, .prepare = with_three, .operate = borrow},
    {"release", JOINABLY, .documented = DOCUMENTED_GET, .prepare = with_three, .operate = borrow_and_release},
    {"release-plain", PLAINLY, .documented = DOCUMENTED_GET, .prepare = with_a_large_one, .operate = borrow_and_release},
    {"task-done", JOINABLY, .documented = DOCUMENTED_FINISH, .prepare = with_a_taken_one, .operate = scene_finish},
    {"nack", JOINABLY, .documented = DOCUMENTED_FINISH | RESULT(BUSY), .prepare = with_a_taken_one, .operate = give_back},
    {"join", JOINABLY, .documented = DOCUMENTED_JOIN, .prepare = opened, .operate = join_now},
    {"join-waiting", JOINABLY, .normal = IPCQ_TIMEDOUT, .documented = DOCUMENTED_JOIN, .prepare = with_a_taken_one, .operate = join_until},
    {"drain", JOINABLY, .documented = DOCUMENTED_LOOK | RESULT(BUSY), .prepare = with_three, .operate = shut_down},
    {"discard", JOINABLY, .documented = DOCUMENTED_LOOK | RESULT(BUSY), .prepare = with_three, .operate = discard},
    {"size", PLAINLY, .documented = DOCUMENTED_LOOK, .prepare = with_three, .operate = look_at_size},
    {"stat", PLAINLY, .documented = DOCUMENTED_LOOK_AT_FILE, .prepare = with_three, .operate = look_at_statistics},
    {"participants", PLAINLY, .documented = DOCUMENTED_LOOK_AT_FILE, .prepare = with_three, .operate = look_at_participants},
    {"describe", PLAINLY, .documented = DOCUMENTED_LOOK, .prepare = with_three, .operate = describe},
    {"close", JOINABLY, .documented = RESULT(INVALID) | RESULT(BADHANDLE), .prepare = with_three, .operate = close_it},
    {"close-with-leases", JOINABLY, .documented = RESULT(INVALID) | RESULT(BADHANDLE), .prepare = with_leases, .operate = close_it},
    {"close-with-a-reservation", JOINABLY, .documented = RESULT(INVALID) | RESULT(BADHANDLE), .prepare = with_a_reservation, .operate = close_it},
    {"close-anonymous", PLAINLY, .documented = RESULT(INVALID) | RESULT(BADHANDLE), .prepare = anonymous_with_one, .operate = close_it},
    {"unlink", PLAINLY, .documented = DOCUMENTED_UNLINK, .prepare = with_three, .operate = unlink_it},
    {"unlink-missing", PLAINLY, .normal = IPCQ_NOTFOUND, .documented = DOCUMENTED_UNLINK, .prepare = nothing, .operate = unlink_missing},
    {"fork-put", PLAINLY, .documented = DOCUMENTED_PUT | DOCUMENTED_FIRST, .prepare = forked_with_three, .operate = put_small},
    {"fork-get", JOINABLY, .documented = DOCUMENTED_GET | DOCUMENTED_FIRST, .prepare = forked_with_three, .operate = get_one},
    {"fork-put-many", PLAINLY, .documented = DOCUMENTED_PUT | DOCUMENTED_FIRST, .prepare = forked_with_three, .operate = put_many},
    {"fork-get-many", JOINABLY, .documented = DOCUMENTED_GET | DOCUMENTED_FIRST, .prepare = forked_with_three, .operate = get_many},
    {"fork-commit", JOINABLY, .documented = DOCUMENTED_PUT | DOCUMENTED_FIRST, .prepare = forked_with_three, .operate = commit_large},
    {"fork-borrow", JOINABLY, .documented = DOCUMENTED_GET | DOCUMENTED_FIRST, .prepare = forked_with_three, .operate = borrow},
    {"fork-closefrom-put", PLAINLY, .documented = DOCUMENTED_PUT | DOCUMENTED_FIRST, .prepare = forked_without_descriptors, .operate = put_small},
    {"fork-close", PLAINLY, .documented = RESULT(INVALID) | RESULT(BADHANDLE), .prepare = forked_with_three, .operate = close_it},
    {"reap", JOINABLY, .normal = IPCQ_TIMEDOUT, .documented = DOCUMENTED_JOIN, .prepare = with_a_dead_peer, .operate = join_now},
    {"trim", JOINABLY, .normal = IPCQ_EMPTY, .documented = DOCUMENTED_GET, .prepare = with_idle_memory, .operate = get_one},
    {"trim-and-grow", JOINABLY, .documented = DOCUMENTED_PUT, .prepare = with_idle_memory, .operate = trim_and_grow},
    {"guard-truncation", PLAINLY, .documented = RESULT(SYSTEM), .first = true, .prepare = nothing, .operate = guard},
    {"wake-getter", JOINABLY, .documented = DOCUMENTED_PUT, .prepare = with_a_sleeping_getter, .operate = put_for_the_sleeper},
    {"wake-joiner", JOINABLY, .documented = DOCUMENTED_FINISH, .prepare = with_a_sleeping_joiner, .operate = scene_finish},
    {"wake-putter", PLAINLY, .documented = DOCUMENTED_GET, .prepare = with_a_sleeping_putter, .operate = take_for_the_sleeper},
    {"wake-late", JOINABLY, .documented = DOCUMENTED_GET, .prepare = with_a_late_waker, .operate = get_until},
    {"cancel", JOINABLY, .normal = IPCQ_CANCELLED, .documented = DOCUMENTED_GET | DOCUMENTED_WAIT, .prepare = with_a_canceller, .operate = wait_cancelled},
};
/* clang-format on */
const unsigned scenario_count = sizeof scenarios / sizeof *scenarios;
