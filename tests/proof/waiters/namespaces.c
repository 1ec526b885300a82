/*
 * Two peers that are both process 1, each in a PID namespace of its own, as in two containers. One holds the getters'
 * lock, the other only waits for it and is killed. The lock stays with its holder.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "proof_waiters.h"

#include "scene.h"
#include "sleeps.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

enum { ROUNDS = 10 };

static int home = -1; /* our own namespace */

static bool next_child_is_first(void) { return setns(home, CLONE_NEWPID) == 0 && unshare(CLONE_NEWPID) == 0; }
static void next_child_is_ours(void) { setns(home, CLONE_NEWPID); }

static void namesakes(int round, struct account *account)
{
    struct scene scene;
    char item[8];
    size_t size = 0;
    next_child_is_first();
    scene_open(&scene, LOCKER);
    next_child_is_first();
    scene.victim = scene_wait(&scene, FREELY, true, 0);
    next_child_is_ours();
    scene_await_sleep();
    const uint64_t lock = scene_getters_lock(&scene);
    child_end(&scene.victim);
    account->kill_points++;

    if (ipcq_get(scene.queue, item, sizeof item, &size, IPCQ_NOWAIT) != IPCQ_BUSY || scene_getters_lock(&scene) != lock)
        violation(account, "the death of a namesake took the lock from its holder (--part namespaces, round %d)",
                  round);
    sleeps_clear();
    scene.survivor = scene_wait(&scene, FREELY, true, 0);
    scene_await_sleep();
    scene_release(&scene);
    const char *wrong = scene_judge(&scene);
    if (wrong != NULL)
        violation(account, "%s: namesakes (--part namespaces, round %d)", wrong, round);
    scene_close(&scene);
    account->repetitions++;
}

void prove_namespaces(const struct choice *choice, struct account *account)
{
    home = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
    if (home < 0 || !next_child_is_first()) {
        printf("namespaces: SKIPPED, unshare(CLONE_NEWPID) is not permitted\n");
        return;
    }
    next_child_is_ours();
    for (int i = 0; i < (choice->full ? 10 * ROUNDS : ROUNDS); ++i)
        namesakes(i, account);
    printf("namespaces: done\n");
    close(home);
}
