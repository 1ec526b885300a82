/*
 * What every example needs besides the queue: an end with a sentence, and processes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef EXAMPLE_H
#define EXAMPLE_H

#include <ipcq.h>
#include <stdbool.h>
#include <sys/types.h>

/* Goes on if `code` is IPCQ_OK; else says `what` failed and why, and ends the process. */
void must(int code, const char *what);

/* Opens the queue `name` (NULL: an anonymous one), or ends the process. `flags` and `max_items` as in ipcq_options. */
ipcq_t *open_queue(const char *name, uint32_t flags, uint64_t max_items);

/* fork() that does not print the parent's buffered lines twice. 0 in the child; ends the process if it cannot. */
pid_t start_process(void);

/* Waits for the process: true if it ended with exit code 0. */
bool succeeded(pid_t process);

/* Says how the program is called; returns the exit code for it. */
int usage(const char *roles);

#endif
