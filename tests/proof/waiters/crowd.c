/*
 * After many waiters were killed, a put costs what it did. Its time is compared with that of a queue without deaths,
 * and its calls of the semaphore are counted.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "proof_waiters.h"

#include "scene.h"
#include "sleeps.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 200, BATCHES = 40, PUTS = 500, SLOWER_MAX = 10, SERVED = 20 };

/* As wakers see it: with the dead. */
static uint32_t counted(struct scene *scene) { return scene_counted_getters(scene); }

/* As users see it: without them. */
static uint32_t waiting(struct scene *scene)
{
    ipcq_stats stats = {.struct_size = sizeof stats};
    return ipcq_stat(scene->queue, &stats) == IPCQ_OK ? stats.getters_waiting : UINT32_MAX;
}

static void *get_for_ever(void *queue)
{
    char item[8];
    size_t size = 0;
    ipcq_get(queue, item, sizeof item, &size, IPCQ_FOREVER);
    return NULL;
}

/* A process whose threads all sleep, and its end. */
static void kill_many(struct scene *scene)
{
    const uint32_t before = counted(scene);
    scene->victim = fork();
    if (scene->victim == 0) {
        pthread_attr_t small;
        pthread_attr_init(&small);
        pthread_attr_setstacksize(&small, 65536);
        for (int i = 0; i < THREADS; ++i) {
            pthread_t thread;
            if (pthread_create(&thread, &small, get_for_ever, scene->queue) != 0)
                _exit(1);
        }
        pause();
    }
    while (counted(scene) < before + THREADS && waitpid(scene->victim, NULL, WNOHANG) == 0)
        nanosleep(&(struct timespec){0, 200000}, NULL);
    child_end(&scene->victim);
}

/* The time of PUTS puts; the queue is empty again afterwards. */
static int64_t batch_ns(struct scene *scene, long *out_posts)
{
    struct timespec begin, end;
    char item[8] = "";
    size_t size = 0;
    posts = 0;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (int i = 0; i < PUTS; ++i)
        ipcq_put(scene->queue, item, sizeof item, IPCQ_NOWAIT);
    clock_gettime(CLOCK_MONOTONIC, &end);
    *out_posts = posts;
    for (int i = 0; i < PUTS; ++i)
        ipcq_get(scene->queue, item, sizeof item, &size, IPCQ_NOWAIT);
    return (end.tv_sec - begin.tv_sec) * 1000000000 + end.tv_nsec - begin.tv_nsec;
}

static void wake_one_more(struct scene *scene, struct account *account)
{
    sleeps_clear();
    scene->survivor = scene_wait(scene, FREELY, true, 0);
    scene_await_sleep();
    scene_release(scene);
    const char *wrong = scene_judge(scene);
    if (wrong != NULL)
        violation(account, "%s: behind many dead ones (--part crowd)", wrong);
    child_end(&scene->survivor);
    account->repetitions++;
}

void prove_crowd(const struct choice *choice, struct account *account)
{
    struct scene quiet, crowd;
    const int processes = choice->full ? 100000 / THREADS : 3000 / THREADS;
    int64_t best_quiet = INT64_MAX, best_crowd = INT64_MAX;
    long posts_made = 0, posts_most = 0;
    scene_open(&quiet, GETTER);
    scene_open(&crowd, GETTER);
    for (int i = 0; i < processes; ++i)
        kill_many(&crowd);
    const uint32_t left = counted(&crowd);
    if (waiting(&crowd) != 0)
        violation(account, "ipcq_stat() counts %u waiters, and all were killed (--part crowd)", waiting(&crowd));
    for (int i = 0; i < BATCHES; ++i) {
        int64_t time = batch_ns(&quiet, &posts_made);
        best_quiet = time < best_quiet ? time : best_quiet;
        time = batch_ns(&crowd, &posts_made);
        best_crowd = time < best_crowd ? time : best_crowd;
        posts_most = posts_made > posts_most ? posts_made : posts_most;
    }
    if (posts_most > 1)
        violation(account, "%ld posts for %d puts while nobody sleeps, after %u waiters were killed (--part crowd)",
                  posts_most, PUTS, left);
    if (best_crowd > SLOWER_MAX * best_quiet)
        violation(account, "a put takes %.1f times as long after %u waiters were killed (--part crowd)",
                  (double)best_crowd / (double)best_quiet, left);
    for (int i = 0; i < SERVED; ++i)
        wake_one_more(&crowd, account);
    for (int i = 0; i < SERVED; ++i)
        wake_one_more(&quiet, account);
    if (counted(&quiet) > SERVED / 2) /* a few may stay: those who left just before their call was posted */
        violation(account, "%u waiters counted after %d were served and none died (--part crowd)", counted(&quiet),
                  SERVED);
    printf("crowd: %u dead waiters counted, a put %.2f times as long, at most %ld posts for %d puts; counted now %u\n",
           left, (double)best_crowd / (double)best_quiet, posts_most, PUTS, counted(&crowd));
    account->kill_points += processes;
    scene_close(&crowd);
    scene_close(&quiet);
}
