/*
 * What the machine itself takes, without a queue. Measured are: a lock taken and given back, memory that was never
 * used, processes that only sleep in slices, and waking one sleeper. No implementation of ours gets below it.
 * build/bench/machine_limits prints it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <fcntl.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, STEP = 256 * 1024, SLEEPERS = 100, SECONDS = 4, ITEM = 80 /* a record of 64 bytes */ };
enum { WAKES = 4000, PAIRS = 20000000 };
static const size_t total = (size_t)256 << 20;

struct bell {
    sem_t rung, heard;
    long long heard_ns;
};

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

static long long now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* Nobody else wants it. A put has one such pair and a get one, since a lock must name its owner and a waker must see who
 * sleeps; a task_done has half of one. */
static void locked_instructions(void)
{
    static unsigned long word;
    const long long begin = now_ns();
    for (int i = 0; i < PAIRS; i++) {
        unsigned long nobody = 0;
        __atomic_compare_exchange_n(&word, &nobody, 1, 0, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
        __atomic_exchange_n(&word, 0, __ATOMIC_SEQ_CST);
    }
    printf("a free lock taken and given back: %.1f ns\n", (double)(now_ns() - begin) / PAIRS);
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

static int by_size(const void *left, const void *right)
{
    const long long a = *(const long long *)left, b = *(const long long *)right;
    return (a > b) - (a < b);
}

/* From the post of one process to the return of another's wait, which began 200 us before. */
static void waking(struct bell *bell)
{
    static long long took[WAKES];
    const pid_t child = fork();
    must(child >= 0, "fork");
    if (child == 0)
        for (;;) {
            must(sem_wait(&bell->rung) == 0, "sem_wait");
            bell->heard_ns = now_ns();
            sem_post(&bell->heard);
        }
    prctl(PR_SET_TIMERSLACK, 1UL);
    for (int i = 0; i < WAKES; i++) {
        const struct timespec pause = {0, 200000};
        clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
        const long long rung_ns = now_ns();
        sem_post(&bell->rung);
        sem_wait(&bell->heard);
        took[i] = bell->heard_ns - rung_ns;
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    qsort(took, WAKES, sizeof took[0], by_size);
    printf("woken: %.1f us in the median, %.1f us at 99.9 %%\n", (double)took[WAKES / 2] / 1000,
           (double)took[WAKES - WAKES / 1000] / 1000);
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
    struct bell *bell = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    must(bell != MAP_FAILED && sem_init(&bell->rung, 1, 0) == 0 && sem_init(&bell->heard, 1, 0) == 0, "sem_init");
    setvbuf(stdout, NULL, _IONBF, 0); /* nothing for the children to print again */
    locked_instructions();
    new_memory();
    waking(bell);
    sleepers(&bell->rung, 50, 0);
    sleepers(&bell->rung, 90, 0);
    sleepers(&bell->rung, 90, 1);
    return 0;
}
