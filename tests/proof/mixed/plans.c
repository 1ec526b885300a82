/* SPDX-License-Identifier: Apache-2.0 */
#include "calls.h"
#include "disturbances.h"
#include "plan.h"

#define KIB ((size_t)1024)
#define NO_SPACE .disturbed_answers = ANSWER(IPCQ_NOSPACE)
#define WORKERS(processes, threads_each, slots) .workers = processes, .threads = threads_each, .participants = slots

const struct plan plans[] = {
    {"tiny-plain", .capacity_bytes = 16 * KIB, WORKERS(4, 3, 3)},
    {"tiny-joinable", .is_joinable = true, .capacity_bytes = 16 * KIB, WORKERS(5, 3, 4)},
    {"one-item", .is_joinable = true, .capacity_bytes = 16 * KIB, .max_items = 1, WORKERS(3, 2, 2)},
    {"threads-plain", .capacity_bytes = 256 * KIB, WORKERS(3, 4, 16)},
    {"threads-joinable", .is_joinable = true, .capacity_bytes = 256 * KIB, WORKERS(3, 4, 16)},
    {"full-plain", .capacity_bytes = 256 * KIB, .shm = "size=2m", WORKERS(3, 3, 16), NO_SPACE,
     .disturbance = &full_shm},
    {"full-joinable", .is_joinable = true, .capacity_bytes = 256 * KIB, .shm = "size=2m", WORKERS(3, 3, 16), NO_SPACE,
     .disturbance = &full_shm},
    {"full-lookers", .is_joinable = true, .has_small_items = true, .capacity_bytes = 4096 * KIB, .shm = "size=16m",
     WORKERS(3, 2, 16), NO_SPACE, .disturbance = &stopped_lookers},
    {"no-locks", .is_joinable = true, .capacity_bytes = 64 * KIB, WORKERS(8, 2, 32), .limit = forbid_ofd_locks,
     .limited_answers = ANSWER(IPCQ_SYSTEM), .limited_opens = ANSWER(IPCQ_DENIED) | ANSWER(IPCQ_SYSTEM)},
    {"no-membarrier", .is_joinable = true, .capacity_bytes = 64 * KIB, WORKERS(8, 2, 32), .limit = forbid_membarrier},
    {"no-madvise", .is_joinable = true, .capacity_bytes = 64 * KIB, WORKERS(8, 2, 32), .limit = forbid_madvise,
     .limited_opens = ANSWER(IPCQ_DENIED) | ANSWER(IPCQ_SYSTEM)},
    {"nameless", .is_joinable = true, .is_nameless = true, .capacity_bytes = 64 * KIB, WORKERS(8, 2, 32),
     .limit = close_descriptors, .limited_answers = ANSWER(IPCQ_SYSTEM),
     .limited_opens = ANSWER(IPCQ_NOTFOUND) | ANSWER(IPCQ_SYSTEM)},
    {"no-descriptors", .is_joinable = true, .capacity_bytes = 64 * KIB, WORKERS(8, 2, 32), .limit = use_up_descriptors,
     .limited_answers = ANSWER(IPCQ_SYSTEM), .limited_opens = ANSWER(IPCQ_FDLIMIT)},
    {"read-locks", .is_joinable = true, .capacity_bytes = 64 * KIB, WORKERS(4, 2, 16), .disturbance = &read_locks},
    {"idle-heirs", .is_joinable = true, .keeps_to_itself = true, .has_small_items = true, .capacity_bytes = 64 * KIB,
     WORKERS(4, 2, 5), .disturbance = &idle_heirs},
    {"recreate", .is_joinable = true, .capacity_bytes = 16 * KIB, WORKERS(6, 1, 8), .run = recreate_run,
     .run_worker = recreate_run_worker},
};

const unsigned plan_count = sizeof plans / sizeof *plans;
