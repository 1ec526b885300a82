/*
 * The calls that can fail, under the names that libipcq.so asks the dynamic linker for.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fault.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* The definition behind ours, found at the first use. */
#define REAL(name)                                                                                                     \
    __extension__({                                                                                                    \
        static __typeof__(&name) real_##name;                                                                          \
        if (real_##name == NULL) {                                                                                     \
            int kept = errno;                                                                                          \
            *(void **)&real_##name = dlsym(RTLD_NEXT, #name);                                                          \
            errno = kept;                                                                                              \
        }                                                                                                              \
        real_##name;                                                                                                   \
    })

/* ------------------------------------------------------------------------------------------------ files */

int open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) {
        va_list list;
        va_start(list, flags);
        mode = va_arg(list, mode_t);
        va_end(list);
    }
    enum fault_kind kind = (flags & O_TMPFILE) == O_TMPFILE           ? FAULT_OPEN_NAMELESS
                           : strncmp(path, "/proc/self/fd/", 14) == 0 ? FAULT_OPEN_AGAIN
                                                                      : FAULT_OPEN_OBJECT;
    return fault_due(kind) ? -1 : REAL(open)(path, flags, mode);
}

/* Linux lets go of the number whatever it answers. */
int close(int fd)
{
    int result = REAL(close)(fd);
    return fault_due(FAULT_CLOSE) ? -1 : result;
}

int fcntl(int fd, int command, ...)
{
    va_list list;
    va_start(list, command);
    void *argument = va_arg(list, void *);
    va_end(list);
    bool removal = command == F_OFD_GETLK && ((struct flock *)argument)->l_start == ((off_t)1 << 61) - 1;
    enum fault_kind kind = removal                  ? FAULT_LOOK_AT_REMOVAL
                           : command == F_OFD_SETLK ? FAULT_LOCK
                           : command == F_OFD_GETLK ? FAULT_LOOK_AT_LOCK
                           : command == F_GETFL     ? FAULT_OWNERSHIP
                           : command == F_SETFL     ? FAULT_OWNERSHIP
                                                    : FAULT_DUPLICATE;
    return fault_due(kind) ? -1 : REAL(fcntl)(fd, command, argument);
}

int fstat(int fd, struct stat *status) { return fault_due(FAULT_FSTAT) ? -1 : REAL(fstat)(fd, status); }

int stat(const char *path, struct stat *status) { return fault_due(FAULT_STAT) ? -1 : REAL(stat)(path, status); }

int statfs(const char *path, struct statfs *status)
{
    return fault_due(FAULT_STATFS) ? -1 : REAL(statfs)(path, status);
}

ssize_t pread(int fd, void *buffer, size_t size, off_t offset)
{
    return fault_due(FAULT_PREAD) ? -1 : REAL(pread)(fd, buffer, size, offset);
}

int fchmod(int fd, mode_t mode) { return fault_due(FAULT_FCHMOD) ? -1 : REAL(fchmod)(fd, mode); }

int linkat(int from_directory, const char *from, int to_directory, const char *to, int flags)
{
    return fault_due(FAULT_LINKAT) ? -1 : REAL(linkat)(from_directory, from, to_directory, to, flags);
}

int unlink(const char *path) { return fault_due(FAULT_UNLINK) ? -1 : REAL(unlink)(path); }

DIR *opendir(const char *path) { return fault_due(FAULT_OPENDIR) ? NULL : REAL(opendir)(path); }

struct dirent *readdir(DIR *directory) { return fault_due(FAULT_READDIR) ? NULL : REAL(readdir)(directory); }

int fallocate(int fd, int mode, off_t offset, off_t size)
{
    return fault_due(FAULT_ALLOCATE) ? -1 : REAL(fallocate)(fd, mode, offset, size);
}

/* ----------------------------------------------------------------------------------------------- memory */

void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
    enum fault_kind kind = (flags & MAP_ANONYMOUS) != 0 ? FAULT_MAP_PRIVATE : FAULT_MAP_SHARED;
    return fault_due(kind) ? MAP_FAILED : REAL(mmap)(address, size, protection, flags, fd, offset);
}

int munmap(void *address, size_t size)
{
    int result = REAL(munmap)(address, size);
    return fault_due(FAULT_MUNMAP) ? -1 : result;
}

/* Memory that could not be had must not be touched: until the fault is over, touching it ends the process. */
static struct {
    void *address;
    size_t size;
} missing[64];
static unsigned missing_count;

void fault_give_memory_back(void)
{
    while (missing_count != 0) {
        --missing_count;
        REAL(mprotect)(missing[missing_count].address, missing[missing_count].size, PROT_READ | PROT_WRITE);
    }
}

int madvise(void *address, size_t size, int advice)
{
    enum fault_kind kind = advice == MADV_DONTFORK     ? FAULT_DONTFORK
                           : advice == MADV_DONTDUMP   ? FAULT_DONTDUMP
                           : advice == MADV_WIPEONFORK ? FAULT_WIPEONFORK
                           : advice == MADV_REMOVE     ? FAULT_PUNCH
                                                       : FAULT_POPULATE;
    if (!fault_due(kind))
        return REAL(madvise)(address, size, advice);
    if (kind == FAULT_POPULATE && errno == EFAULT && missing_count < sizeof missing / sizeof *missing) {
        missing[missing_count].address = address;
        missing[missing_count++].size = size;
        REAL(mprotect)(address, size, PROT_NONE);
        errno = EFAULT;
    }
    return -1;
}

int mprotect(void *address, size_t size, int protection)
{
    return fault_due(FAULT_MPROTECT) ? -1 : REAL(mprotect)(address, size, protection);
}

/* glibc's own, since dlsym() allocates. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size) { return fault_due(FAULT_MALLOC) ? NULL : __libc_malloc(size); }

void *calloc(size_t count, size_t size) { return fault_due(FAULT_CALLOC) ? NULL : __libc_calloc(count, size); }

void *realloc(void *memory, size_t size) { return fault_due(FAULT_REALLOC) ? NULL : __libc_realloc(memory, size); }

void *aligned_alloc(size_t alignment, size_t size)
{
    return fault_due(FAULT_MALLOC) ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    *out = fault_due(FAULT_MALLOC) ? NULL : __libc_memalign(alignment, size);
    return *out == NULL ? ENOMEM : 0;
}

/* ------------------------------------------------------------------------------- process, time, semaphores */

int getrlimit(__rlimit_resource_t resource, struct rlimit *limit)
{
    return fault_due(FAULT_GETRLIMIT) ? -1 : REAL(getrlimit)(resource, limit);
}

ssize_t getrandom(void *buffer, size_t size, unsigned flags)
{
    return fault_due(FAULT_GETRANDOM) ? -1 : REAL(getrandom)(buffer, size, flags);
}

/* The library's only raw system call is membarrier. */
long syscall(long number, ...)
{
    va_list list;
    va_start(list, number);
    long a[6];
    for (int i = 0; i < 6; ++i)
        a[i] = va_arg(list, long);
    va_end(list);
    if (number == SYS_membarrier && fault_due(FAULT_MEMBARRIER))
        return -1;
    return REAL(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int __register_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void), void *dso);
int __register_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void), void *dso)
{
    return fault_due(FAULT_ATFORK) ? errno : REAL(__register_atfork)(prepare, parent, child, dso);
}

int pthread_getname_np(pthread_t thread, char *buffer, size_t size)
{
    return fault_due(FAULT_THREAD_NAME) ? errno : REAL(pthread_getname_np)(thread, buffer, size);
}

int pthread_key_create(pthread_key_t *key, void (*destructor)(void *))
{
    return fault_due(FAULT_KEY_CREATE) ? errno : REAL(pthread_key_create)(key, destructor);
}

int pthread_setspecific(pthread_key_t key, const void *value)
{
    return fault_due(FAULT_SETSPECIFIC) ? errno : REAL(pthread_setspecific)(key, value);
}

int sigaction(int number, const struct sigaction *restrict action, struct sigaction *restrict old)
{
    return fault_due(FAULT_SIGACTION) ? -1 : REAL(sigaction)(number, action, old);
}

static int64_t clock_ahead_ns;
static void (*sleep_event)(void *);
static void *sleep_argument;

void fault_in_sleep(void (*event)(void *), void *argument)
{
    sleep_event = event;
    sleep_argument = argument;
}
static bool skip_sleeps;

void fault_advance_clock(int64_t nanoseconds) { clock_ahead_ns += nanoseconds; }

void fault_skip_sleeps(bool skip) { skip_sleeps = skip; }

static int64_t nanoseconds_of(struct timespec time) { return time.tv_sec * INT64_C(1000000000) + time.tv_nsec; }

static struct timespec shifted(struct timespec time, int64_t by)
{
    int64_t sum = nanoseconds_of(time) + by;
    return (struct timespec){sum / 1000000000, sum % 1000000000};
}

int clock_gettime(clockid_t clock, struct timespec *out)
{
    int result = REAL(clock_gettime)(clock, out);
    if (clock == CLOCK_MONOTONIC)
        *out = shifted(*out, clock_ahead_ns);
    return result;
}

int sem_clockwait(sem_t *restrict semaphore, clockid_t clock, const struct timespec *restrict until)
{
    bool late = sleep_event != NULL;
    if (late) {
        void (*event)(void *) = sleep_event;
        sleep_event = NULL;
        fault_suspend(true);
        event(sleep_argument);
        fault_suspend(false);
    }
    if (fault_due(FAULT_SEM_WAIT)) {
        clock_ahead_ns += 1000000; /* a sleep that always fails shall not go round until the real deadline */
        return -1;
    }
    if (late) {
        errno = ETIMEDOUT;
        return -1;
    }
    if (skip_sleeps) {
        struct timespec now;
        clock_gettime(clock, &now);
        if (REAL(sem_trywait)(semaphore) == 0)
            return 0;
        clock_ahead_ns += nanoseconds_of(*until) - nanoseconds_of(now);
        errno = ETIMEDOUT;
        return -1;
    }
    struct timespec real_until = shifted(*until, -clock_ahead_ns);
    return REAL(sem_clockwait)(semaphore, clock, &real_until);
}

int sem_init(sem_t *semaphore, int shared, unsigned value)
{
    return fault_due(FAULT_SEM_INIT) ? -1 : REAL(sem_init)(semaphore, shared, value);
}

int sem_trywait(sem_t *semaphore) { return fault_due(FAULT_SEM_TRYWAIT) ? -1 : REAL(sem_trywait)(semaphore); }

int sem_post(sem_t *semaphore) { return fault_due(FAULT_SEM_POST) ? -1 : REAL(sem_post)(semaphore); }

int sem_getvalue(sem_t *restrict semaphore, int *restrict value)
{
    return fault_due(FAULT_SEM_GETVALUE) ? -1 : REAL(sem_getvalue)(semaphore, value);
}
