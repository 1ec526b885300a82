/* SPDX-License-Identifier: Apache-2.0 */
#include "sleeps.h"

#include <dlfcn.h>
#include <errno.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

struct sleeps *sleeps;
_Thread_local int watched;
_Thread_local int slice_ms;
atomic_long posts;

static int (*real_clockwait)(sem_t *, clockid_t, const struct timespec *);
static int (*real_post)(sem_t *);

void sleeps_prepare(void)
{
    *(void **)&real_clockwait = dlsym(RTLD_NEXT, "sem_clockwait");
    *(void **)&real_post = dlsym(RTLD_NEXT, "sem_post");
    sleeps = mmap(NULL, sizeof *sleeps, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (real_clockwait == NULL || real_post == NULL || sleeps == MAP_FAILED) {
        fprintf(stderr, "proof_waiters: cannot stand between the library and its semaphores\n");
        exit(1);
    }
}

void sleeps_clear(void)
{
    sleeps->begun = 0;
    sleeps->due = 0;
    sleeps->overslept = 0;
}

static struct timespec other_end(clockid_t clock)
{
    struct timespec end = {0};
    clock_gettime(clock, &end);
    if (slice_ms == SLICE_ENDLESS)
        end.tv_sec += 1000000;
    else
        end.tv_nsec += slice_ms * 1000000L;
    if (end.tv_nsec >= 1000000000) {
        end.tv_nsec -= 1000000000;
        end.tv_sec++;
    }
    return end;
}

int sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *until)
{
    struct timespec end = slice_ms == 0 ? *until : other_end(clock);
    int due = 0;
    if (watched) {
        due = atomic_load(&sleeps->due);
        atomic_fetch_add(&sleeps->begun, 1);
    }
    int result = real_clockwait(semaphore, clock, &end);
    if (watched && due && result != 0 && errno == ETIMEDOUT)
        atomic_fetch_add(&sleeps->overslept, 1);
    return result;
}

int sem_post(sem_t *semaphore)
{
    atomic_fetch_add(&posts, 1);
    return real_post(semaphore);
}
