/* SPDX-License-Identifier: Apache-2.0 */
#include "proof_waiters.h"

#include "scene.h"
#include "sleeps.h"
#include "stepper.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/* FALLING: from the call's begin until it sleeps. ASLEEP: there. CALLED: from its waking by a token until the call
 * returns. SLICE: from the end of a slice until it sleeps again. */
enum phase { FALLING, ASLEEP, CALLED, SLICE, PHASES };
static const char *const phase_name[PHASES] = {"falling", "asleep", "called", "slice"};

/* Brings the victim to the point. False if the phase has no such point any more. */
static bool bring(struct scene *scene, enum phase phase, long point)
{
    scene->victim = scene_wait(scene, STEPPED, false, phase == SLICE ? 1 : SLICE_ENDLESS);
    if (!stepper_meet(scene->victim))
        return false;
    for (long i = 0; phase == FALLING && i < point; ++i)
        if (stepper_step(scene->victim) != STEP_DONE)
            return false;
    if (phase == FALLING)
        return true;
    if (!stepper_run_to_sleep(scene->victim) || !stepper_sleep(scene->victim))
        return false;
    return phase != ASLEEP || point == 0;
}

static bool wake(struct scene *scene, enum phase phase, long point)
{
    if (phase == CALLED)
        scene_release(scene);
    if (!stepper_wake(scene->victim))
        return false;
    for (long i = 0; i < point; ++i)
        if (stepper_step(scene->victim) != STEP_DONE)
            return false;
    return true;
}

static void stop(pid_t sleeper)
{
    int status = 0;
    kill(sleeper, SIGSTOP);
    waitpid(sleeper, &status, 0); /* a traced process says that it stops */
}

/* False if there is no such point. */
static bool try_point(enum kind kind, enum phase phase, long point, bool kills, struct account *account)
{
    struct scene scene;
    scene_open(&scene, kind);
    bool exists = bring(&scene, phase, point);
    if (exists) {
        scene.survivor = scene_wait(&scene, FREELY, true, 0);
        scene_await_sleep();
    }
    if (exists && phase != FALLING && phase != ASLEEP)
        exists = wake(&scene, phase, point);
    if (exists) {
        if (phase == ASLEEP && !kills)
            stop(scene.victim);
        if (kills || scene_has_lock(&scene, scene.victim)) { /* a stopped one keeps its lock, and the others wait */
            child_end(&scene.victim);
            account->kill_points++;
        } else {
            account->stop_points++;
        }
        if (phase == CALLED)
            scene_release_again(&scene);
        else
            scene_release(&scene);
        const char *wrong = scene_judge(&scene);
        if (wrong != NULL)
            violation(account, "%s (--kind %s --phase %s --point %ld%s)", wrong, kind_name[kind], phase_name[phase],
                      point, kills ? "" : " --stop");
    }
    scene_close(&scene);
    return exists;
}

static bool wanted(const char *choice, const char *name) { return choice == NULL || strcmp(choice, name) == 0; }

void prove_points(const struct choice *choice, struct account *account)
{
    for (enum kind kind = 0; kind < KINDS; ++kind)
        for (enum phase phase = 0; phase < PHASES; ++phase) {
            if (!wanted(choice->kind, kind_name[kind]) || !wanted(choice->phase, phase_name[phase]))
                continue;
            if (choice->point >= 0) {
                try_point(kind, phase, choice->point, !choice->stops, account);
                continue;
            }
            long point = 0;
            while (account->violations < choice->violations_max) {
                const bool more = try_point(kind, phase, point, true, account);
                if (!more || !try_point(kind, phase, point, false, account))
                    break;
                point += choice->stride;
            }
            printf("%-8s %-8s points up to %ld\n", kind_name[kind], phase_name[phase], point);
            fflush(stdout);
        }
}
