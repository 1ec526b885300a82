/* SPDX-License-Identifier: Apache-2.0 */
#include "scenes.h"

#include "await.h"
#include "child.h"
#include "items.h"
#include "library_calls.h"
#include "scene_acts.h"
#include "watchdog.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { STUCK_SECONDS = 30 };

static int nothing(void *argument)
{
    (void)argument;
    return 0;
}

/* FORMAT.md: the lock words of tail, head and frontier. */
static int locks_are_free(void)
{
    char path[240];
    uint64_t words[72];
    snprintf(path, sizeof path, "/dev/shm/ipcq.%s", scene_queue_name);
    const int file = open(path, O_RDONLY);
    const int got = pread(file, words, sizeof words, 0) == sizeof words;
    close(file);
    return got && words[256 / 8] == 0 && words[384 / 8] == 0 && words[512 / 8] == 0;
}

static char largest[SCENES_CAPACITY];

static int is_as_before(ipcq_t *queue)
{
    ipcq_stats stats = {.struct_size = sizeof stats};
    CHILD_CHECK(child_run(nothing, NULL) == 0);
    if (queue == NULL)
        return scene_make_and_remove(NULL);
    CHILD_CHECK(locks_are_free());
    CHILD_CHECK(scene_open_and_close(queue) == 0);
    CHILD_CHECK(scene_drain(queue) == 0);
    CHILD_CHECK(ipcq_stat(queue, &stats) == IPCQ_OK);
    CHILD_CHECK(stats.items == 0 && (!scene_joinable || stats.taken == 0));
    CHILD_CHECK(stats.participants == 2); /* the test and its child */
    CHILD_CHECK(stats.getters_waiting == 0 && stats.putters_waiting == 0 && stats.joiners_waiting == 0);
    CHILD_CHECK(ipcq_put(queue, largest, stats.item_max_bytes, IPCQ_NOWAIT) == IPCQ_OK); /* needs every segment */
    CHILD_CHECK(scene_take(queue, IPCQ_NOWAIT) == IPCQ_OK);
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK);
    return 0;
}

struct trial {
    const struct scene *scene;
    ipcq_t *queue;
    scene_runner *run;
    unsigned at;
};

enum { STRUCK = 0, FAILED = 1, NOT_STRUCK = 2 }; /* a watchdog answers 1, too */

static int try_once(void *argument)
{
    const struct trial *trial = argument;
    const struct scene *scene = trial->scene;
    char what[200];
    bool struck = false;
    snprintf(what, sizeof what, "%s, at call %u", scene->name, trial->at);
    watchdog_start(STUCK_SECONDS, what);
    uint64_t items = 0;
    if (!scene->fresh && ipcq_size(trial->queue, &items) != IPCQ_OK)
        return FAILED;
    if (scene->prepare != NULL && scene->prepare(trial->queue) != 0)
        return FAILED;
    const int answer = trial->run(scene, trial->queue, trial->at, &struck);
    snprintf(what, sizeof what, "%s, after a strike at call %u (%s)", scene->name, trial->at, library_calls_struck());
    watchdog_start(STUCK_SECONDS, what);
    if (answer == 0 && is_as_before(trial->queue) == 0)
        return struck ? STRUCK : NOT_STRUCK;
    printf("%s\n", what);
    return FAILED;
}

/* Did it go well, and was there any interference? */
static bool run_scene(struct trial trial)
{
    int answer = STRUCK;
    watchdog_start(TEST_SECONDS, trial.scene->name);
    for (trial.at = 1; (answer = child_run(try_once, &trial)) == STRUCK;)
        ++trial.at;
    if (answer == NOT_STRUCK && trial.at == 1)
        print_error("%s: no call was interposed\n", trial.scene->name);
    return answer == NOT_STRUCK && trial.at > 1;
}

void scenes_run(struct queue_fixture *fixture, scene_runner *run)
{
    scene_queue_name = fixture->name;
    scene_joinable = stats_of(fixture->queue).joinable;
    scene_never = flag_new();
    bool right = true;
    for (unsigned i = 0; i < scene_count && right; ++i)
        right = run_scene((struct trial){&scene_list[i], fixture->queue, run, 1});
    flag_free(scene_never);
    assert_true(right);
}

void scenes_run_first_open(struct queue_fixture *fixture, scene_runner *run)
{
    scene_queue_name = fixture->name;
    assert_true(run_scene((struct trial){&scene_first_open, NULL, run, 1}));
}
