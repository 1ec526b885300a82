/*
 * A process that a sandbox forbids to ask who is dead, beside one that may. The first looks all the time and learns
 * nothing. It must say so, and the second must not rely on its looks.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "proof_waiters.h"

#include "scene.h"
#include "sleeps.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 10, BLIND_ONES = 2 };

struct answers { /* of the blind ones, in memory that they share with the parent */
    atomic_int system, others, forbidden;
};
static struct answers *answers;

/* From now on fcntl(F_OFD_GETLK) answers EPERM. */
static bool forbid_to_ask(void)
{
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_fcntl, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, F_OFD_GETLK, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof rules / sizeof *rules, rules};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static pid_t start(struct scene *scene, void (*life)(struct scene *))
{
    fflush(NULL);
    const pid_t child = fork();
    if (child != 0)
        return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    life(scene);
    _exit(0);
}

static void look_all_the_time(struct scene *scene)
{
    uint64_t items = 0;
    if (ipcq_size(scene->queue, &items) != IPCQ_OK || !forbid_to_ask()) /* first a participant of its own */
        _exit(1);
    atomic_fetch_add(&answers->forbidden, 1);
    for (;;) {
        const int code = ipcq_join(scene->queue, IPCQ_NOWAIT);
        atomic_fetch_add(code == IPCQ_SYSTEM ? &answers->system : &answers->others, 1);
        nanosleep(&(struct timespec){0, 200000}, NULL);
    }
}

static void take_and_keep(struct scene *scene)
{
    char item[8];
    size_t size = 0;
    if (ipcq_get(scene->queue, item, sizeof item, &size, IPCQ_FOREVER) == IPCQ_OK)
        pause();
}

static int taken(struct scene *scene)
{
    ipcq_stats stats = {.struct_size = sizeof stats};
    return ipcq_stat(scene->queue, &stats) == IPCQ_OK ? (int)stats.taken : 0;
}

static int forbidden(struct scene *scene) { return (void)scene, answers->forbidden; }
static int system_answers(struct scene *scene) { return (void)scene, answers->system; }

/* Returns when there are so many; false after a time that nothing here needs. */
static bool await(int (*count)(struct scene *), struct scene *scene, int wanted)
{
    for (int naps = 0; naps < 100000; ++naps) {
        if (count(scene) >= wanted)
            return true;
        nanosleep(&(struct timespec){0, 200000}, NULL);
    }
    return false;
}

static void one_dies(int round, struct account *account)
{
    struct scene scene;
    pid_t blind[BLIND_ONES];
    answers->system = answers->others = answers->forbidden = 0;
    scene_open(&scene, LEASER);
    scene_release(&scene);
    scene.victim = start(&scene, take_and_keep);
    for (int i = 0; i < BLIND_ONES; ++i)
        blind[i] = start(&scene, look_all_the_time);
    const bool ready = await(taken, &scene, 1) && await(forbidden, &scene, BLIND_ONES);
    scene.survivor = scene_wait(&scene, FREELY, true, 0);
    scene_await_sleep();
    const int before = answers->system;
    child_end(&scene.victim);
    account->kill_points++;
    const char *wrong = ready ? scene_judge(&scene) : "the processes do not get ready";
    if (wrong != NULL)
        violation(account, "%s: beside some that cannot ask who is dead (--part blind, round %d)", wrong, round);
    else if (!await(system_answers, &scene, before + 1))
        violation(account, "a process that cannot ask who is dead does not say so (--part blind, round %d)", round);
    for (int i = 0; i < BLIND_ONES; ++i)
        child_end(&blind[i]);
    scene_close(&scene);
    account->repetitions++;
}

void prove_blind(const struct choice *choice, struct account *account)
{
    answers = mmap(NULL, sizeof *answers, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (answers == MAP_FAILED) {
        violation(account, "no memory for the part blind");
        return;
    }
    const int rounds = choice->full ? 10 * ROUNDS : ROUNDS;
    for (int i = 0; i < rounds && account->violations < choice->violations_max; ++i)
        one_dies(i, account);
    munmap(answers, sizeof *answers);
    printf("blind: done\n");
}
