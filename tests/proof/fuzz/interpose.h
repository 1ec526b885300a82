// SPDX-License-Identifier: Apache-2.0
//
// Included before every source of the library that is built for the fuzzer. Shared mappings come between pages without
// access, so that a step outside faults. Time is imagined: a wait of a second takes a microsecond. So a wait that
// should have ended is seen without a clock on the wall.
#pragma once

#include <cstdint>
#include <ctime>
#include <sched.h>
#include <semaphore.h>
#include <sys/mman.h>

extern "C" {
void *fuzz_mmap(void *hint, size_t size, int protection, int flags, int fd, off_t offset);
int fuzz_munmap(void *address, size_t size);
int fuzz_clock_gettime(clockid_t clock, timespec *out);
int fuzz_sched_yield(void);
int fuzz_sem_clockwait(sem_t *semaphore, clockid_t clock, const timespec *until);
}

#ifndef FUZZ_ITSELF
#define mmap fuzz_mmap
#define munmap fuzz_munmap
#define clock_gettime fuzz_clock_gettime
#define sched_yield fuzz_sched_yield
#define sem_clockwait fuzz_sem_clockwait
#endif
