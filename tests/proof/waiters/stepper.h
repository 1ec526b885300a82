/*
 * A child that goes on one instruction at a time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STEPPER_H
#define STEPPER_H

#include <stdbool.h>
#include <sys/types.h>

/* Called by the child: from here on the parent steps it. */
void stepper_begin(void);

/* Waits until the child has called stepper_begin(). False if it ended instead. */
bool stepper_meet(pid_t child);

enum step { STEP_DONE, STEP_SLEEPS, STEP_ENDED };

/* One instruction. STEP_SLEEPS instead if the next one is the system call that waits on a futex. */
enum step stepper_step(pid_t child);

/* Lets it run until it is about to make that system call. */
bool stepper_run_to_sleep(pid_t child);

/* Lets it make that system call, and returns when it sleeps in it. */
bool stepper_sleep(pid_t child);

/* Returns when it has come out of that system call and stands behind it. */
bool stepper_wake(pid_t child);

/* From now on it runs as it likes. */
void stepper_release(pid_t child);

#endif
