/*
 * Ends a test that is stuck and says where.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WATCHDOG_H
#define WATCHDOG_H

/* Gives the process `seconds` from now. When they are over it prints the test and its last step, removes the queues of
 * the fixtures, kills its children and leaves with 1. Calling it again starts the time anew. */
void watchdog_start(unsigned seconds, const char *test);

void watchdog_stop(void);

/* Remembers this line as the step that the test has reached. */
#define WATCHDOG_STEP(step) watchdog_step(__FILE__, __LINE__, step)
void watchdog_step(const char *file, int line, const char *step);

#endif
