/* SPDX-License-Identifier: Apache-2.0 */
#include "sleepers.h"

#include "preparations.h"
#include "support/await.h"

#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

static pid_t start_peer(struct scene *scene, int (*sleeper)(struct scene *scene, ipcq_t *queue))
{
    pid_t child = fork();
    if (child != 0)
        return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    ipcq_t *own = NULL;
    if (scene_open_into(scene, &own, scene->name, (ipcq_options){.flags = IPCQ_OPEN_ONLY}) != IPCQ_OK)
        _exit(1);
    int answer = sleeper(scene, own);
    _exit(ipcq_close(own) == IPCQ_OK ? answer : 2);
}

static int sleep_in_get(struct scene *scene, ipcq_t *queue)
{
    (void)scene;
    char item[100];
    size_t size = 0;
    int code = ipcq_get(queue, item, sizeof item, &size, ipcq_deadline(40));
    return code == IPCQ_OK && (code = ipcq_task_done(queue, IPCQ_OLDEST)) == IPCQ_OK ? 0 : -code;
}

static int sleep_in_join(struct scene *scene, ipcq_t *queue)
{
    (void)scene;
    return -ipcq_join(queue, ipcq_deadline(40));
}

static int sleep_in_put(struct scene *scene, ipcq_t *queue)
{
    return -scene_put_into(scene, queue, 40, ipcq_deadline(40));
}

void with_a_sleeping_getter(struct scene *scene)
{
    fault_skip_sleeps(false);
    opened(scene);
    scene->peer = start_peer(scene, sleep_in_get);
    scene->peer_answer = 1;
    await_getters(scene->queue, 1);
}

void with_a_sleeping_joiner(struct scene *scene)
{
    fault_skip_sleeps(false);
    opened(scene);
    must(scene, scene_put(scene, 40, IPCQ_NOWAIT), "put");
    must(scene, scene_get(scene, IPCQ_NOWAIT), "get");
    scene->peer = start_peer(scene, sleep_in_join);
    scene->peer_answer = 1;
    await_joiners(scene->queue, 1);
}

void with_a_sleeping_putter(struct scene *scene)
{
    fault_skip_sleeps(false);
    full_of_two(scene);
    scene->peer = start_peer(scene, sleep_in_put);
    scene->peer_answer = 1;
    await_putters(scene->queue, 1);
}

int put_for_the_sleeper(struct scene *scene)
{
    int code = ipcq_put(scene->queue, "for the sleeper", 15, IPCQ_NOWAIT);
    if (code != IPCQ_OK)
        scene->peer_answer = 0;
    return code;
}

int take_for_the_sleeper(struct scene *scene)
{
    int code = scene_get(scene, IPCQ_NOWAIT);
    if (code == IPCQ_OK)
        scene_expect(scene, scene->ready, ++scene->next_id, 40);
    else
        scene->peer_answer = 0;
    return code;
}

/* Somebody counts us out of the sleepers and posts at the moment when the sleep ends by itself: the token is left to be
 * taken. */
static void *put_from_elsewhere(void *scene)
{
    struct scene *here = scene;
    ipcq_t *other = NULL;
    if (scene_open_into(here, &other, here->name, (ipcq_options){.flags = IPCQ_OPEN_ONLY}) != IPCQ_OK ||
        scene_put_into(here, other, 40, IPCQ_NOWAIT) != IPCQ_OK || ipcq_close(other) != IPCQ_OK)
        scene_fault(here, "another handle could not put while this one slept");
    return NULL;
}

static void put_meanwhile(void *scene)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, put_from_elsewhere, scene) == 0)
        pthread_join(thread, NULL);
}

void with_a_late_waker(struct scene *scene)
{
    opened(scene);
    fault_in_sleep(put_meanwhile, scene);
}

static ipcq_token token;

static void *cancel_soon(void *nothing_here)
{
    nanosleep(&(struct timespec){0, 5000000}, NULL);
    ipcq_cancel(&token);
    return nothing_here;
}

int wait_cancelled(struct scene *scene)
{
    char item[100];
    ipcq_item told;
    return ipcq_get_item(scene->queue, item, sizeof item, &told, IPCQ_ACCEPT_ALL,
                         &(ipcq_wait){.deadline_ns = IPCQ_FOREVER, .token = &token});
}

void with_a_canceller(struct scene *scene)
{
    pthread_t thread;
    fault_skip_sleeps(false);
    opened(scene);
    if (pthread_create(&thread, NULL, cancel_soon, NULL) == 0)
        pthread_detach(thread);
}
