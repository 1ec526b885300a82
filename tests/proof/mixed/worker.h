/*
 * A process with several threads that work with one handle.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef WORKER_H
#define WORKER_H

#include "ledger.h"
#include "plan.h"

#include <stdbool.h>
#include <sys/types.h>

struct worker_thread;

/* Works until PHASE_STOP, and exits with 0. `inherited` is the handle to use; NULL: it opens the queue by name. */
_Noreturn void worker_run(const struct plan *plan, unsigned ordinal, uint64_t seed, ipcq_t *inherited);

/* Opens the queue and does nothing else. */
_Noreturn void worker_run_idle(const struct plan *plan, unsigned ordinal);

/* Prepares this process to be a worker. Returns its first thread. */
struct worker_thread *worker_prepare(const struct plan *plan, unsigned ordinal, uint64_t seed);

/* A process may end by SIGKILL or with code 0. All else is a violation, which names the calls of its threads. `note`
 * may be NULL. */
void worker_judge_end(pid_t pid, int status, const struct worker_note *note);

/* The calls that its threads are in: "get, put, -". */
void worker_describe(const struct worker_note *note, char *text, size_t size);

#endif
