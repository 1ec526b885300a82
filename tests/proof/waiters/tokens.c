/*
 * A wake-up call whose receiver is killed or stopped at that moment, with real signals; and that while nobody dies or
 * stops, no slice is needed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "proof_waiters.h"

#include "scene.h"
#include "sleeps.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

enum { REPETITIONS = 200 };

static void pause_for(long nanoseconds)
{
    struct timespec begin, now;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    do
        clock_gettime(CLOCK_MONOTONIC, &now);
    while ((now.tv_sec - begin.tv_sec) * 1000000000L + now.tv_nsec - begin.tv_nsec < nanoseconds);
}

/* Returns when it has stopped, or is dead. */
static void hit(struct scene *scene, int signal_number)
{
    int status = 0;
    kill(scene->victim, signal_number);
    waitpid(scene->victim, &status, WUNTRACED);
    if (!WIFSTOPPED(status))
        scene->victim = 0;
}

/* The victim sleeps longest, so it gets the call; the signal reaches it 0 to 50 us later. */
static void one_is_hit(enum kind kind, int signal_number, int repetition, struct account *account)
{
    struct scene scene;
    scene_open(&scene, kind);
    scene.victim = scene_wait(&scene, FREELY, true, SLICE_ENDLESS);
    scene_await_sleep();
    sleeps_clear();
    scene.survivor = scene_wait(&scene, FREELY, true, 0);
    scene_await_sleep();
    scene_release(&scene);
    pause_for(repetition % 51 * 1000L);
    hit(&scene, signal_number);
    if (signal_number == SIGSTOP && scene.victim != 0 && scene_has_lock(&scene, scene.victim))
        child_end(&scene.victim); /* a stopped one keeps its lock, and the others wait */
    scene_release_again(&scene);
    const char *wrong = scene_judge(&scene);
    if (wrong != NULL)
        violation(account, "%s: %s %s when it was called (--part tokens, repetition %d)", wrong, kind_name[kind],
                  signal_number == SIGSTOP ? "stopped" : "killed", repetition);
    scene_close(&scene);
    account->repetitions++;
}

/* Two sleep without end and are given two items at once: the second call may be saved, since the baton follows. */
static void nobody_is_hit(int repetition, struct account *account)
{
    struct scene scene;
    scene_open(&scene, GETTER);
    scene.victim = scene_wait(&scene, FREELY, true, SLICE_ENDLESS);
    scene_await_sleep();
    sleeps_clear();
    scene.survivor = scene_wait(&scene, FREELY, true, SLICE_ENDLESS);
    scene_await_sleep();
    scene_release(&scene);
    pause_for(repetition % 16 * 1000L);
    scene_release(&scene);
    const char *wrong = scene_judge(&scene);
    if (wrong != NULL)
        violation(account, "%s: without slices, though nobody died (--part tokens, repetition %d)", wrong, repetition);
    scene_close(&scene);
    account->repetitions++;
}

void prove_tokens(const struct choice *choice, struct account *account)
{
    const int repetitions = choice->full ? 10 * REPETITIONS : REPETITIONS;
    for (int i = 0; i < repetitions && account->violations < choice->violations_max; ++i) {
        one_is_hit(i % 2 ? GETTER : PUTTER, SIGKILL, i, account);
        one_is_hit(i % 2 ? GETTER : PUTTER, SIGSTOP, i, account);
        nobody_is_hit(i, account);
    }
}
