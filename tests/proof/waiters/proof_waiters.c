/*
 * Waiters that are killed or stopped do not keep others waiting. README.md
 *
 * usage: proof_waiters [--full] [--part points|tokens|crowd|blind|namespaces] [--kind K] [--phase P] [--point N
 * [--stop]]
 *        [--stop-at-first]
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "proof_waiters.h"

#include "sleeps.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct account account;

void violation(struct account *of, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    printf("violation: waiters: ");
    vprintf(format, values);
    printf("\n");
    fflush(stdout);
    va_end(values);
    of->violations++;
}

static void on_alarm(int signal_number)
{
    static const char text[] = "violation: waiters: stuck (watchdog)\nproof waiters: violations 1\n";
    (void)signal_number;
    ssize_t ignored = write(STDOUT_FILENO, text, sizeof text - 1);
    (void)ignored;
    _exit(1); /* the children die with us */
}

static const struct {
    const char *name;
    void (*prove)(const struct choice *, struct account *);
} parts[] = {{"points", prove_points},
             {"tokens", prove_tokens},
             {"crowd", prove_crowd},
             {"blind", prove_blind},
             {"namespaces", prove_namespaces}};

static bool parse(int argc, char **argv, struct choice *choice)
{
    for (int i = 1; i < argc; ++i) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (strcmp(argv[i], "--full") == 0)
            choice->full = true;
        else if (strcmp(argv[i], "--stop") == 0)
            choice->stops = true;
        else if (strcmp(argv[i], "--stop-at-first") == 0)
            choice->violations_max = 1;
        else if (value == NULL)
            return false;
        else if (++i, strcmp(argv[i - 1], "--part") == 0)
            choice->part = value;
        else if (strcmp(argv[i - 1], "--kind") == 0)
            choice->kind = value;
        else if (strcmp(argv[i - 1], "--phase") == 0)
            choice->phase = value;
        else if (strcmp(argv[i - 1], "--point") == 0)
            choice->point = atol(value);
        else
            return false;
    }
    if (choice->kind != NULL || choice->phase != NULL || choice->point >= 0)
        choice->part = "points";
    choice->stride = choice->full ? 1 : 13;
    return true;
}

int main(int argc, char **argv)
{
    struct choice choice = {.point = -1, .violations_max = 20};
    if (!parse(argc, argv, &choice)) {
        fprintf(stderr, "usage: proof_waiters [--full] [--part points|tokens|crowd|blind|namespaces]"
                        " [--kind K] [--phase P] [--point N [--stop]] [--stop-at-first]\n");
        return 2;
    }
    if (getenv("LD_BIND_NOW") == NULL) { /* else most instructions of a first call would be the dynamic linker's */
        setenv("LD_BIND_NOW", "1", 1);
        execv("/proc/self/exe", argv);
    }
    signal(SIGALRM, on_alarm);
    alarm(choice.full ? 7200 : 900);
    sleeps_prepare();
    for (size_t i = 0; i < sizeof parts / sizeof *parts; ++i)
        if (choice.part == NULL || strcmp(choice.part, parts[i].name) == 0)
            parts[i].prove(&choice, &account);
    printf("proof waiters: kill points %ld, stop points %ld, repetitions %ld, violations %ld\n", account.kill_points,
           account.stop_points, account.repetitions, account.violations);
    return account.violations != 0 || account.kill_points + account.repetitions == 0;
}
