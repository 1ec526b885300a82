/* SPDX-License-Identifier: Apache-2.0 */
#include "scene.h"

#include "thread.h"
#include "support/random.h"
#include "worker.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TURN_US = 4000, TURNS_MAX = 15000 };

uint64_t scene_random(struct scene *scene, uint64_t sides) { return random_next(&scene->seed) % sides; }

/* In the child: true. It dies with the driver. */
static bool fork_off(pid_t *out_child)
{
    const pid_t driver = getpid();
    const pid_t child = fork();
    if (child < 0) {
        perror("proof_mixed: fork");
        exit(2);
    }
    *out_child = child;
    if (child != 0)
        return false;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != driver)
        _exit(0);
    return true;
}

static void begin_notes(unsigned ordinal)
{
    struct worker_note *note = &ledger->worker[ordinal];
    atomic_store(&note->state, WORKER_COMES);
    for (int i = 0; i < THREADS_MAX; ++i) {
        thread_note_begin(&note->thread[i]);
        thread_note_begin(&note->child[i]);
    }
}

void scene_start_worker(struct scene *scene, unsigned ordinal)
{
    const uint64_t seed = random_next(&scene->seed);
    begin_notes(ordinal);
    if (!fork_off(&scene->worker[ordinal]))
        return;
    if (scene->plan->run_worker == NULL)
        worker_run(scene->plan, ordinal, seed, scene->inherited);
    scene->plan->run_worker(scene->plan, ordinal, seed);
    _exit(0);
}

void scene_start_idle_worker(struct scene *scene, unsigned ordinal)
{
    begin_notes(ordinal);
    if (fork_off(&scene->worker[ordinal]))
        worker_run_idle(scene->plan, ordinal);
}

static void judge(struct scene *scene, pid_t pid, int status)
{
    for (unsigned i = 0; i < scene->plan->workers; ++i)
        if (scene->worker[i] == pid) {
            worker_judge_end(pid, status, &ledger->worker[i]);
            scene->worker[i] = 0;
            return;
        }
    for (unsigned i = 0; i < BYSTANDERS_MAX; ++i)
        if (scene->bystander[i] == pid)
            scene->bystander[i] = 0;
    worker_judge_end(pid, status, NULL);
}

/* Waits for a process, -1 for any, and judges its end. False if none ended. */
static bool wait_for(struct scene *scene, pid_t pid, int options)
{
    int status = 0;
    const pid_t ended = waitpid(pid, &status, options);
    if (ended > 0 && !WIFSTOPPED(status))
        judge(scene, ended, status);
    return ended > 0;
}

void scene_kill_worker(struct scene *scene, unsigned ordinal)
{
    if (scene->worker[ordinal] == 0)
        return;
    kill(scene->worker[ordinal], SIGKILL);
    wait_for(scene, scene->worker[ordinal], 0);
    scene->kills++;
}

void scene_kill_workers(struct scene *scene)
{
    for (unsigned i = 0; i < scene->plan->workers; ++i)
        scene_kill_worker(scene, i);
}

void scene_stop_worker(struct scene *scene, unsigned ordinal)
{
    if (scene->worker[ordinal] == 0)
        return;
    kill(scene->worker[ordinal], SIGSTOP);
    wait_for(scene, scene->worker[ordinal], WUNTRACED);
    scene->stops++;
}

void scene_continue_worker(struct scene *scene, unsigned ordinal)
{
    if (scene->worker[ordinal] != 0)
        kill(scene->worker[ordinal], SIGCONT);
}

pid_t scene_start_bystander(struct scene *scene, void (*live)(void *argument), void *argument)
{
    for (unsigned i = 0; i < BYSTANDERS_MAX; ++i)
        if (scene->bystander[i] == 0) {
            if (fork_off(&scene->bystander[i])) {
                live(argument);
                _exit(0);
            }
            return scene->bystander[i];
        }
    return 0;
}

void scene_end_bystanders(struct scene *scene)
{
    for (unsigned i = 0; i < BYSTANDERS_MAX; ++i) {
        if (scene->bystander[i] == 0)
            continue;
        kill(scene->bystander[i], SIGKILL);
        wait_for(scene, scene->bystander[i], 0);
    }
}

void scene_look_at_ends(struct scene *scene)
{
    while (wait_for(scene, -1, WNOHANG))
        ;
    for (unsigned i = 0; phase_now() != PHASE_STOP && i < scene->plan->workers; ++i)
        if (scene->worker[i] == 0)
            scene_start_worker(scene, i);
}

bool scene_await(struct scene *scene, bool (*condition)(struct scene *scene))
{
    for (int turns = 0; turns < TURNS_MAX; ++turns) {
        if (condition(scene))
            return true;
        while (wait_for(scene, -1, WNOHANG))
            ;
        rest_us(TURN_US);
    }
    return condition(scene);
}

void scene_describe_workers(struct scene *scene)
{
    for (unsigned i = 0; i < scene->plan->workers; ++i) {
        char calls[200];
        worker_describe(&ledger->worker[i], calls, sizeof calls);
        printf("    worker %u, process %d, state %u, calls %s\n", i, (int)scene->worker[i],
               atomic_load(&ledger->worker[i].state), calls);
    }
    fflush(stdout);
}

static bool all_left(struct scene *scene)
{
    for (unsigned i = 0; i < scene->plan->workers; ++i)
        if (scene->worker[i] != 0)
            return false;
    return true;
}

static bool no_child_left(struct scene *scene)
{
    siginfo_t information;
    (void)scene;
    return waitid(P_ALL, 0, &information, WEXITED | WNOHANG | WNOWAIT) < 0 && errno == ECHILD;
}

void scene_end_workers(struct scene *scene)
{
    atomic_store(&ledger->phase, PHASE_STOP);
    for (unsigned i = 0; i < scene->plan->workers; ++i) {
        scene_continue_worker(scene, i);
        if (atomic_load(&ledger->worker[i].state) == WORKER_IDLES)
            scene_kill_worker(scene, i);
    }
    if (!scene_await(scene, all_left)) {
        violation("workers do not end");
        scene_describe_workers(scene);
        scene_kill_workers(scene);
    }
    scene_end_bystanders(scene);
    if (!scene_await(scene, no_child_left))
        violation("a forked process does not end");
    begin_notes(0); /* counts the items that the last threads had at risk */
    for (unsigned i = 1; i < scene->plan->workers; ++i)
        begin_notes(i);
}
