/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include "valid/snapshot.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ITEM_MAX = 1 << 20 };

static unsigned char buffer[ITEM_MAX];

void scene_fault(struct scene *scene, const char *format, ...)
{
    if (scene->problem[0] != '\0')
        return;
    va_list list;
    va_start(list, format);
    vsnprintf(scene->problem, sizeof scene->problem, format, list);
    va_end(list);
}

/* -------------------------------------------------------------------------------------------- open, peers */

int scene_open_into(struct scene *scene, ipcq_t **out, const char *name, ipcq_options options)
{
    options.struct_size = sizeof options;
    options.message = scene->message;
    options.message_capacity = sizeof scene->message;
    scene->message[0] = '\0';
    int code = ipcq_open(out, name, &options);
    if ((code == IPCQ_OK) != (scene->message[0] == '\0'))
        scene_fault(scene, "open answered %s with the message '%s'", ipcq_error_name(code), scene->message);
    return code;
}

int scene_open(struct scene *scene, uint32_t flags)
{
    return scene_open_into(scene, &scene->queue, scene->name,
                           (ipcq_options){.flags = flags, .capacity_bytes = 1 << 20, .max_participants = 8});
}

void scene_kill_a_taker(struct scene *scene, unsigned items)
{
    int ready[2];
    if (pipe(ready) != 0)
        abort();
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        ipcq_t *own = NULL;
        size_t size = 0;
        int code = scene_open_into(scene, &own, scene->name, (ipcq_options){0});
        for (unsigned i = 0; i < items && code == IPCQ_OK; ++i)
            code = ipcq_get(own, buffer, sizeof buffer, &size, IPCQ_NOWAIT);
        if (write(ready[1], &code, sizeof code) == sizeof code)
            for (;;)
                pause();
        _exit(1);
    }
    int code = 1;
    if (read(ready[0], &code, sizeof code) != sizeof code || code != IPCQ_OK)
        scene_fault(scene, "the peer could not take its items: %s", ipcq_error_name(code));
    close(ready[0]);
    close(ready[1]);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

void scene_fork(struct scene *scene)
{
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        scene->taken = 0; /* stays the parent's */
        return;
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status))
        raise(WTERMSIG(status));
    _exit(WEXITSTATUS(status));
}

/* ------------------------------------------------------------------------------------------------- checks */

static void check_numbers(struct scene *scene)
{
    ipcq_stats stats = {.struct_size = sizeof stats};
    uint64_t items = 0;
    int code = ipcq_stat(scene->queue, &stats);
    if (code != IPCQ_OK || (code = ipcq_size(scene->queue, &items)) != IPCQ_OK)
        scene_fault(scene, "looking answered %s", ipcq_error_name(code));
    else if (!scene->any_order && (stats.items != scene->ready || items != scene->ready))
        scene_fault(scene, "%llu items are ready instead of %zu", (unsigned long long)stats.items, scene->ready);
    else if (!scene->any_order && stats.taken != scene->taken)
        scene_fault(scene, "%llu items are taken instead of %zu", (unsigned long long)stats.taken, scene->taken);
}

/* Takes and finishes everything, each item with its bytes and in its place. */
static void drain(struct scene *scene)
{
    bool joinable = (scene->flags & IPCQ_JOINABLE) != 0;
    for (;;) {
        while (joinable && scene->taken != 0) {
            int code = scene_finish(scene);
            if (code != IPCQ_OK) {
                scene_fault(scene, "task_done answered %s", ipcq_error_name(code));
                return;
            }
        }
        if (scene->ready == 0)
            return;
        int code = scene_get(scene, scene->any_order ? ipcq_deadline(30) : IPCQ_NOWAIT);
        if (code != IPCQ_OK || scene->problem[0] != '\0') {
            scene_fault(scene, "get answered %s with %zu items left", ipcq_error_name(code), scene->ready);
            return;
        }
    }
}

static void expect_put(struct scene *scene, ipcq_t *queue, size_t size, const char *who)
{
    int code = scene_put_into(scene, queue, size, IPCQ_NOWAIT);
    if (code != (scene->shut_down ? IPCQ_CLOSED : IPCQ_OK))
        scene_fault(scene, "a put of %zu bytes by %s answered %s", size, who, ipcq_error_name(code));
}

static void check_queue(struct scene *scene)
{
    struct snapshot image = {0};
    char text[SNAPSHOT_TEXT] = "";
    if (!scene->gone && !snapshot_take(&image, scene->path))
        scene_fault(scene, "no snapshot: %s", strerror(errno));
    else if (!scene->gone && !snapshot_valid(&image, true, text))
        scene_fault(scene, "%s", text);
    else if (!scene->gone && !scene->any_order && snapshot_lost_segments(&image) != 0)
        scene_fault(scene, "%zu segments are lost", snapshot_lost_segments(&image));
    snapshot_free(&image);
    check_numbers(scene);
    drain(scene);
    expect_put(scene, scene->queue, 100, "the handle");
    expect_put(scene, scene->queue, 200000, "the handle");
    drain(scene);
    if ((scene->flags & IPCQ_JOINABLE) != 0 && scene->problem[0] == '\0') {
        int code = ipcq_join(scene->queue, scene->any_order ? ipcq_deadline(30) : IPCQ_NOWAIT);
        if (code != IPCQ_OK)
            scene_fault(scene, "a join of the finished queue answered %s", ipcq_error_name(code));
    }
    if (scene->gone)
        return;
    ipcq_t *fresh = NULL;
    int code = scene_open_into(scene, &fresh, scene->name, (ipcq_options){.flags = IPCQ_OPEN_ONLY});
    if (code != IPCQ_OK) {
        scene_fault(scene, "a fresh handle: %s", ipcq_error_name(code));
        return;
    }
    expect_put(scene, fresh, 50, "a fresh handle");
    drain(scene);
    ipcq_close(fresh);
}

/* A child can use the handle, and an idle child of a handle that was closed does not keep it alive. */
static void check_fork(struct scene *scene)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0)
        _exit(ipcq_put(scene->queue, "forked", 6, ipcq_deadline(30)) == IPCQ_OK ? 0 : 1);
    waitpid(child, &status, 0);
    if (status != 0)
        scene_fault(scene, "a put in a forked child ended with status %x", (unsigned)status);
    size_t size = 0;
    int code = ipcq_get(scene->queue, buffer, sizeof buffer, &size, IPCQ_NOWAIT);
    if (code == IPCQ_OK && (scene->flags & IPCQ_JOINABLE) != 0)
        code = ipcq_task_done(scene->queue, IPCQ_OLDEST);
    if (code != IPCQ_OK)
        scene_fault(scene, "the forked child's item: %s", ipcq_error_name(code));

    child = fork();
    if (child == 0)
        for (;;)
            pause();
    ipcq_t *fresh = NULL;
    code = scene_open_into(scene, &fresh, scene->name, (ipcq_options){.flags = IPCQ_OPEN_ONLY});
    ipcq_participant people[8];
    size_t count = 0;
    uint32_t own_slot = UINT32_MAX;
    if (code == IPCQ_OK && ipcq_participants(scene->queue, people, 8, &count) == IPCQ_OK)
        for (size_t i = 0; i < count && i < 8; ++i)
            own_slot = people[i].self ? people[i].slot : own_slot;
    if (code == IPCQ_OK)
        code = ipcq_close(scene->queue);
    scene->queue = fresh;
    fresh = NULL;
    /* The first free slot is the one that was just left, unless the sleeping child pins its byte. */
    if (code == IPCQ_OK)
        code = scene_open_into(scene, &fresh, scene->name, (ipcq_options){.flags = IPCQ_OPEN_ONLY});
    if (code == IPCQ_OK && ipcq_participants(fresh, people, 8, &count) == IPCQ_OK)
        for (size_t i = 0; i < count && i < 8; ++i)
            if (people[i].self && people[i].slot > own_slot)
                scene_fault(scene, "an idle forked child keeps the slot of a closed handle");
    if (code != IPCQ_OK)
        scene_fault(scene, "handles around a fork: %s", ipcq_error_name(code));
    if (fresh != NULL)
        ipcq_close(fresh);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

static void check_leaks(struct scene *scene)
{
    struct footprint now = footprint_now();
    if (now.descriptors != scene->before.descriptors && !scene->closed_behind)
        scene_fault(scene, "%d descriptors leaked", (int)now.descriptors - (int)scene->before.descriptors);
    if (now.queue_mappings != scene->before.queue_mappings)
        scene_fault(scene, "%d mappings leaked", (int)now.queue_mappings - (int)scene->before.queue_mappings);
}

static void end_peer(struct scene *scene)
{
    int status = 0;
    if (scene->peer == 0)
        return;
    if (scene->problem[0] != '\0' || !scene->peer_answer)
        kill(scene->peer, SIGKILL);
    waitpid(scene->peer, &status, 0);
    if (scene->peer_answer && status != 0)
        scene_fault(scene, "the peer ended with status %x", (unsigned)status);
    scene->peer = 0;
}

void scene_check_and_end(struct scene *scene)
{
    end_peer(scene);
    if (scene->queue != NULL) {
        check_queue(scene);
        if (scene->with_fork && !scene->gone && !scene->shut_down && scene->problem[0] == '\0')
            check_fork(scene);
        int code = ipcq_close(scene->queue);
        if (code != IPCQ_OK)
            scene_fault(scene, "close answered %s", ipcq_error_name(code));
    }
    check_leaks(scene);
    if (!scene->gone)
        unlink(scene->path);
}
