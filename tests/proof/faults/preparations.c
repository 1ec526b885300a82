/* SPDX-License-Identifier: Apache-2.0 */
#include "preparations.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

void must(struct scene *scene, int code, const char *what)
{
    if (code != IPCQ_OK)
        scene_fault(scene, "before the faults: %s answered %s", what, ipcq_error_name(code));
}

void nothing(struct scene *scene) { (void)scene; }

void opened(struct scene *scene) { must(scene, scene_open(scene, scene->flags), "open"); }

void with_three(struct scene *scene)
{
    opened(scene);
    for (int i = 0; i < 3; ++i)
        must(scene, scene_put(scene, 40 + (size_t)i, IPCQ_NOWAIT), "put");
}

/* The account of descriptors begins here. */
void without_standard_input(struct scene *scene)
{
    close(STDIN_FILENO);
    scene->before = footprint_now();
}

void exists_with_three(struct scene *scene)
{
    with_three(scene);
    must(scene, ipcq_close(scene->queue), "close");
    scene->queue = NULL;
}

void exists_with_a_dead_peer(struct scene *scene)
{
    exists_with_three(scene);
    scene_kill_a_taker(scene, 2);
    scene->any_order = true;
}

void with_a_dead_peer(struct scene *scene)
{
    with_three(scene);
    scene_kill_a_taker(scene, 2);
    scene->any_order = true;
}

void with_a_large_one(struct scene *scene)
{
    opened(scene);
    must(scene, scene_put(scene, LARGE, IPCQ_NOWAIT), "put");
}

void with_a_taken_one(struct scene *scene)
{
    with_three(scene);
    must(scene, scene_get(scene, IPCQ_NOWAIT), "get");
}

/* The account keeps them as ready: that is what they must be again. */
void with_leases(struct scene *scene)
{
    char item[100];
    size_t size = 0;
    with_three(scene);
    scene->given_back = true;
    for (int i = 0; i < 2; ++i)
        must(scene, ipcq_get(scene->queue, item, sizeof item, &size, IPCQ_NOWAIT), "get");
}

void with_a_reservation(struct scene *scene)
{
    void *data = NULL;
    with_leases(scene);
    must(scene, ipcq_reserve(scene->queue, LARGE, &data, NULL), "reserve");
}

void full_of_two(struct scene *scene)
{
    must(scene,
         scene_open_into(scene, &scene->queue, scene->name,
                         (ipcq_options){.flags = scene->flags, .max_items = 2, .capacity_bytes = 1 << 20}),
         "open");
    for (int i = 0; i < 2; ++i)
        must(scene, scene_put(scene, 40, IPCQ_NOWAIT), "put");
}

void with_a_hundred(struct scene *scene)
{
    opened(scene);
    for (int i = 0; i < 100; ++i)
        must(scene, scene_put(scene, 40, IPCQ_NOWAIT), "put");
}

void with_idle_memory(struct scene *scene)
{
    must(scene,
         scene_open_into(scene, &scene->queue, scene->name,
                         (ipcq_options){.flags = scene->flags, .capacity_bytes = 4 << 20}),
         "open");
    for (int i = 0; i < 24; ++i)
        must(scene, scene_put(scene, LONG, IPCQ_NOWAIT), "put");
    while (scene->ready != 0 && scene->problem[0] == '\0') {
        must(scene, scene_get(scene, IPCQ_NOWAIT), "get");
        must(scene, scene_finish(scene), "task_done");
    }
    /* Twice an interval in which the use is noted: the second one begins with what the first has left. */
    for (int interval = 0; interval < 2; ++interval) {
        if (scene_get(scene, IPCQ_NOWAIT) != IPCQ_EMPTY)
            scene_fault(scene, "before the faults: the queue is not empty");
        fault_advance_clock(150000000);
    }
}

static void make_anonymous(struct scene *scene, ipcq_t **out)
{
    must(scene, scene_open_into(scene, out, NULL, (ipcq_options){.flags = scene->flags, .capacity_bytes = 1 << 20}),
         "open");
    scene->gone = true;
}

void take_its_name(struct scene *scene)
{
    must(scene, ipcq_name(scene->queue, scene->name, sizeof scene->name), "name");
    snprintf(scene->path, sizeof scene->path, "/dev/shm/ipcq.%s", scene->name);
}

void anonymous_with_one(struct scene *scene)
{
    make_anonymous(scene, &scene->queue);
    take_its_name(scene);
    must(scene, scene_put(scene, 40, IPCQ_NOWAIT), "put");
}

void nameless_with_one(struct scene *scene)
{
    make_anonymous(scene, &scene->queue);
    must(scene, scene_put(scene, 40, IPCQ_NOWAIT), "put");
}

void forked_nameless(struct scene *scene)
{
    nameless_with_one(scene);
    scene_fork(scene);
}

/* An empty one, whose maker ended without closing it. */
void anonymous_left_by_its_maker(struct scene *scene)
{
    int names[2];
    if (pipe(names) != 0)
        abort();
    pid_t maker = fork();
    if (maker == 0) {
        make_anonymous(scene, &scene->queue);
        take_its_name(scene);
        _exit(write(names[1], scene->name, sizeof scene->name) == sizeof scene->name ? 0 : 1);
    }
    if (read(names[0], scene->name, sizeof scene->name) != sizeof scene->name || waitpid(maker, NULL, 0) != maker)
        scene_fault(scene, "before the faults: no anonymous queue was left");
    snprintf(scene->path, sizeof scene->path, "/dev/shm/ipcq.%s", scene->name);
    scene->gone = true;
    close(names[0]);
    close(names[1]);
}

void forked_with_three(struct scene *scene)
{
    with_three(scene);
    scene_fork(scene);
}

void forked_without_descriptors(struct scene *scene)
{
    forked_with_three(scene);
    closefrom(3);
}
