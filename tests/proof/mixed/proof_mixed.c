/*
 * Scenes of mixed calls under disturbances. README.md
 *
 * usage: proof_mixed [--full] [--scene NAME] [--seed N] [--seconds S]
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cycle.h"
#include "faults/environment.h"
#include "final_check.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STUCK_S = 180 };

static const double seconds_reduced = 50, seconds_full = 600; /* for all scenes together */

static struct {
    const char *scene;
    unsigned long seed;
    double seconds; /* a scene */
} settings;

/* Shared with the process of each scene. */
static struct totals {
    unsigned long scenes, skipped, kills, stops, items;
    long violations;
} * totals;

static void on_alarm(int number)
{
    static const char text[] = "violation: mixed: the driver is stuck (watchdog)\n";
    (void)number;
    ssize_t ignored = write(STDOUT_FILENO, text, sizeof text - 1);
    (void)ignored;
    _exit(1); /* the workers die with it */
}

static void check_memory(size_t used_before)
{
    ledger->phase = PHASE_STOP;
    if (used_shm() != used_before)
        violation("at the end %ld bytes of shared memory are left", (long)used_shm() - (long)used_before);
}

static void play(const struct plan *plan)
{
    static struct scene scene;
    const size_t used = used_shm();
    scene.plan = plan;
    scene.seed = settings.seed;
    snprintf(ledger->queue, sizeof ledger->queue, "proof-mixed-%s", plan->name);
    snprintf(ledger->repeat, sizeof ledger->repeat, "proof_mixed --scene %s --seed %lu --seconds %.1f", plan->name,
             settings.seed, settings.seconds);
    signal(SIGALRM, on_alarm);
    alarm((unsigned)settings.seconds + STUCK_S);
    if (!scene_make_queue(&scene)) {
        violation("the queue cannot be made");
    } else if (plan->run != NULL) {
        plan->run(&scene, settings.seconds);
        ipcq_unlink(ledger->queue);
    } else {
        cycle_run(&scene, settings.seconds);
        final_check(&scene);
    }
    check_memory(used);
    printf(
        "%s: rounds %lu, kills %lu, stops %lu, puts %lu, takes %lu, finishes %lu, nacks %lu, forks %lu, reopens %lu, "
        "limited %lu, violations %ld\n",
        plan->name, scene.rounds, scene.kills, scene.stops, ledger->puts, ledger->takes, ledger->finishes,
        ledger->returns, ledger->forks, ledger->reopens, ledger->limited, ledger->violations);
    fflush(stdout);
    totals->scenes++;
    totals->kills += scene.kills;
    totals->stops += scene.stops;
    totals->items += ledger->puts;
    totals->violations += ledger->violations;
}

/* In a process with a /dev/shm of its own. */
static void run(const struct plan *plan)
{
    int status = 0;
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        prctl(PR_SET_CHILD_SUBREAPER, 1); /* the children of killed workers become its own */
        if (!own_shm(plan->shm != NULL ? plan->shm : "size=64m")) {
            printf("skipped: %s: only root can mount a file system\n", plan->name);
            fflush(stdout);
            _exit(CHILD_SKIPS);
        }
        if (!ledger_new())
            _exit(2);
        play(plan);
        _exit(0);
    }
    const bool ended = child > 0 && waitpid(child, &status, 0) == child;
    if (ended && WIFEXITED(status) && WEXITSTATUS(status) == CHILD_SKIPS) {
        totals->skipped++;
    } else if (!ended || status != 0) {
        printf("violation: mixed: the driver of scene %s ended with status %#x (--scene %s --seed %lu)\n", plan->name,
               (unsigned)status, plan->name, settings.seed);
        totals->violations++;
    }
}

static unsigned chosen(const char *scene)
{
    unsigned count = 0;
    for (unsigned i = 0; i < plan_count; ++i)
        count += scene == NULL || strcmp(plans[i].name, scene) == 0;
    return count;
}

static _Noreturn void usage(void)
{
    fprintf(stderr, "usage: proof_mixed [--full] [--scene NAME] [--seed N] [--seconds S]\nscenes:");
    for (unsigned i = 0; i < plan_count; ++i)
        fprintf(stderr, " %s", plans[i].name);
    fprintf(stderr, "\n");
    exit(2);
}

static void parse(int argc, char **argv)
{
    static const struct option names[] = {
        {"full", no_argument, NULL, 'f'},
        {"scene", required_argument, NULL, 's'},
        {"seed", required_argument, NULL, 'n'},
        {"seconds", required_argument, NULL, 't'},
        {NULL, 0, NULL, 0},
    };
    double all = seconds_reduced;
    if (getrandom(&settings.seed, sizeof settings.seed, 0) < 0)
        settings.seed = (unsigned long)getpid();
    settings.seed %= 1000000000;
    for (int option = 0; (option = getopt_long(argc, argv, "", names, NULL)) != -1;)
        switch (option) {
        case 'f': all = seconds_full; break;
        case 's': settings.scene = optarg; break;
        case 'n': settings.seed = strtoul(optarg, NULL, 10); break;
        case 't': settings.seconds = atof(optarg); break;
        default: usage();
        }
    if (optind != argc || chosen(settings.scene) == 0)
        usage();
    if (settings.seconds == 0)
        settings.seconds = all / plan_count;
}

int main(int argc, char **argv)
{
    parse(argc, argv);
    totals = mmap(NULL, sizeof *totals, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (totals == MAP_FAILED)
        return 2;
    printf("seed %lu, %.1f s a scene\n", settings.seed, settings.seconds);
    for (unsigned i = 0; i < plan_count; ++i)
        if (settings.scene == NULL || strcmp(plans[i].name, settings.scene) == 0)
            run(&plans[i]);
    printf("proof mixed: scenes %lu, kills %lu, stops %lu, items %lu, violations %ld\n", totals->scenes, totals->kills,
           totals->stops, totals->items, totals->violations);
    if (totals->skipped != 0 && totals->violations == 0)
        return CHILD_SKIPS;
    return totals->violations != 0 || totals->scenes != chosen(settings.scene);
}
