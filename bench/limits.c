/*
 * What the system takes for itself, without a queue: memory that was never used, and processes that only sleep in slices.
 * No implementation of ours gets below it. build/bench/limits prints it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <fcntl.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, STEP = 256 * 1024, SLEEPERS = 100, SECONDS = 4, ITEM = 80 /* a record of 64 bytes */ };
static const size_t total = (size_t)256 << 20;

static void must(int condition, const char *what)
{
    if (condition)
        return;
    perror(what);
    exit(1);
}

static double seconds_of(struct timeval t) { return (double)t.tv_sec + (double)t.tv_usec * 1e-6; }

static double processor_seconds(int who)
{
    struct rusage usage;
    must(getrusage(who, &usage) == 0, "getrusage");
    return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

static void new_memory(void)
{
    int file = memfd_create("limits", MFD_CLOEXEC);
    must(file >= 0, "memfd_create");
    char *map = mmap(NULL, total, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    must(map != MAP_FAILED, "mmap");
    const double begin = processor_seconds(RUSAGE_SELF);
    for (size_t at = 0; at < total; at += STEP) {
        must(fallocate(file, 0, (off_t)at, STEP) == 0, "fallocate");
        must(madvise(map + at, STEP, MADV_POPULATE_WRITE) == 0, "madvise");
    }
    const double page_ns = (processor_seconds(RUSAGE_SELF) - begin) * 1e9 / (double)(total / PAGE);
    printf("new memory: %.0f ns a page, %.0f ns an item of 64 bytes\n", page_ns, page_ns * ITEM / PAGE);
    munmap(map, total);
    close(file);
}

static void sleep_in_slices(sem_t *semaphore, long slice_ns, int together)
{
    for (;;) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        long long until = t.tv_sec * 1000000000LL + t.tv_nsec + slice_ns;
        if (together)
            until -= until % slice_ns;
        t.tv_sec = until / 1000000000;
        t.tv_nsec = until % 1000000000;
        sem_clockwait(semaphore, CLOCK_MONOTONIC, &t);
    }
}

static void sleepers(sem_t *semaphore, int slice_ms, int together)
{
    pid_t child[SLEEPERS];
    const double before = processor_seconds(RUSAGE_CHILDREN);
    for (int i = 0; i < SLEEPERS; i++)
        if ((child[i] = fork()) == 0)
            sleep_in_slices(semaphore, slice_ms * 1000000L, together);
    sleep(SECONDS);
    for (int i = 0; i < SLEEPERS; i++)
        kill(child[i], SIGKILL);
    for (int i = 0; i < SLEEPERS; i++)
        waitpid(child[i], NULL, 0);
    printf("%d processes that sleep %d ms at a time%s: %.1f %% of a processor\n", SLEEPERS, slice_ms,
           together ? ", together" : "", (processor_seconds(RUSAGE_CHILDREN) - before) / SECONDS * 100);
}

int main(void)
{
    sem_t *semaphore = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    must(semaphore != MAP_FAILED && sem_init(semaphore, 1, 0) == 0, "sem_init");
    setvbuf(stdout, NULL, _IONBF, 0); /* nothing for the children to print again */
    new_memory();
    sleepers(semaphore, 50, 0);
    sleepers(semaphore, 90, 0);
    sleepers(semaphore, 90, 1);
    return 0;
}
