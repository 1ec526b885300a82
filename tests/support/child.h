/*
 * Child processes of a test. A child answers by its exit code alone: it never uses a CMocka assertion, which would jump
 * into its copy of the test runner. Children that are left when a test ends, failed or not, are killed in its teardown;
 * they also die with the test process.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CHILD_H
#define CHILD_H

#include <stdbool.h>
#include <sys/types.h>

typedef int child_function(void *argument);

/* fork(); the child leaves with what the function returns. Never -1: the test process ends if it cannot fork. */
pid_t child_start(child_function *function, void *argument);

/* Waits for the child's end: its exit code, or minus the number of the signal that killed it. */
int child_wait(pid_t child);

/* Starts a child and waits for it. */
int child_run(child_function *function, void *argument);

/* SIGKILL, and waits for its end. */
void child_kill(pid_t child);

/* Waits until the child has stopped itself at a test hook. False if it ended instead. */
bool child_wait_stopped(pid_t child);

void child_continue(pid_t child);

/* Lets a stopped child go on, as often as it stops itself, and waits for its end as child_wait() does. */
int child_finish(pid_t child);

/* Kills and waits for every child that is left. */
void child_kill_all(void);

/* Leaves the function, in a child, with the line as the answer if the condition is false. Exit codes have 8 bits, so
 * the line is printed too. */
#define CHILD_CHECK(condition)                                                                                         \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            return child_failed(__FILE__, __LINE__, #condition);                                                       \
    } while (0)
int child_failed(const char *file, int line, const char *condition);

#endif
