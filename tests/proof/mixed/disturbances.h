/*
 * What happens to the workers besides kills and stops. One file for each.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef DISTURBANCES_H
#define DISTURBANCES_H

#include "plan.h"

/* full.c: a foreign file fills /dev/shm and frees it, during bursts and after the queue has given memory back. */
extern const struct disturbance full_shm;

/* lookers.c: the same, and processes that call ipcq_stat() and ipcq_full() all the time are stopped in the middle. */
extern const struct disturbance stopped_lookers;

/* read_locks.c: in the quiet phase a process that may only read the file takes read locks on the slots' bytes. */
extern const struct disturbance read_locks;

/* heirs.c: a worker dies while another stands still with the getters' lock. Its slot's next owner does nothing. */
extern const struct disturbance idle_heirs;

/* sandbox.c: from now on a seccomp filter refuses these calls to all threads of this process. */
void forbid_ofd_locks(void);
void forbid_membarrier(void);
void forbid_madvise(void);

/* descriptors.c: closes all descriptors but the standard streams; leaves no number free. */
void close_descriptors(void);
void use_up_descriptors(void);

/* recreate.c: processes open, use, unlink and make queues of the same names. Replaces cycle_run() and worker_run(). */
void recreate_run(struct scene *scene, double seconds);
void recreate_run_worker(const struct plan *plan, unsigned ordinal, uint64_t seed);

#endif
