/* SPDX-License-Identifier: Apache-2.0 */
#include "library_calls.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void (*strike)(void);
static unsigned calls, strike_at;
static const char *struck = "nothing";
static bool armed, has_struck, no_membarrier;

void library_calls_arm(unsigned at, void (*function)(void))
{
    strike = function;
    calls = 0;
    strike_at = at;
    has_struck = false;
    armed = true;
}

bool library_calls_disarm(void)
{
    armed = false;
    return has_struck;
}

void library_calls_refuse_membarrier(void) { no_membarrier = true; }

const char *library_calls_struck(void) { return struck; }

static void before(const char *call)
{
    if (!armed || ++calls != strike_at)
        return;
    armed = false;
    has_struck = true;
    struck = call;
    strike();
}

/* The next definition of the interposed function, and the call of it. */
#define REAL(name)                                                                                                     \
    __extension__({                                                                                                    \
        static __typeof__(&name) real_##name;                                                                          \
        if (real_##name == NULL)                                                                                       \
            *(void **)&real_##name = dlsym(RTLD_NEXT, #name);                                                          \
        real_##name;                                                                                                   \
    })
#define INTERPOSE(type, name, parameters, arguments)                                                                   \
    type name parameters                                                                                               \
    {                                                                                                                  \
        before(#name);                                                                                                 \
        return REAL(name) arguments;                                                                                   \
    }

int open(const char *path, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    const mode_t mode = va_arg(list, mode_t);
    va_end(list);
    before("open");
    return REAL(open)(path, flags, mode);
}

int fcntl(int fd, int command, ...)
{
    va_list list;
    va_start(list, command);
    void *argument = va_arg(list, void *);
    va_end(list);
    before("fcntl");
    return REAL(fcntl)(fd, command, argument);
}

long syscall(long number, ...)
{
    long argument[6];
    va_list list;
    va_start(list, number);
    for (int i = 0; i < 6; ++i)
        argument[i] = va_arg(list, long);
    va_end(list);
    before("syscall");
    if (no_membarrier && number == SYS_membarrier) {
        errno = EPERM;
        return -1;
    }
    return REAL(syscall)(number, argument[0], argument[1], argument[2], argument[3], argument[4], argument[5]);
}

INTERPOSE(int, close, (int fd), (fd))
INTERPOSE(int, fstat, (int fd, struct stat *status), (fd, status))
INTERPOSE(int, stat, (const char *path, struct stat *status), (path, status))
INTERPOSE(int, statfs, (const char *path, struct statfs *status), (path, status))
INTERPOSE(int, fchmod, (int fd, mode_t mode), (fd, mode))
INTERPOSE(int, linkat, (int from, const char *old, int to, const char *new, int flags), (from, old, to, new, flags))
INTERPOSE(int, unlink, (const char *path), (path))
INTERPOSE(int, fallocate, (int fd, int mode, off_t offset, off_t size), (fd, mode, offset, size))
INTERPOSE(ssize_t, pread, (int fd, void *buffer, size_t size, off_t offset), (fd, buffer, size, offset))
INTERPOSE(void *, mmap, (void *address, size_t size, int protection, int flags, int fd, off_t offset),
          (address, size, protection, flags, fd, offset))
INTERPOSE(int, munmap, (void *address, size_t size), (address, size))
INTERPOSE(int, madvise, (void *address, size_t size, int advice), (address, size, advice))
INTERPOSE(ssize_t, getrandom, (void *buffer, size_t size, unsigned flags), (buffer, size, flags))
INTERPOSE(DIR *, opendir, (const char *path), (path))
INTERPOSE(struct dirent *, readdir, (DIR * directory), (directory))
INTERPOSE(int, closedir, (DIR * directory), (directory))
INTERPOSE(int, nanosleep, (const struct timespec *time, struct timespec *left), (time, left))
INTERPOSE(int, sched_yield, (void), ())
INTERPOSE(int, sem_clockwait, (sem_t * semaphore, clockid_t clock, const struct timespec *until),
          (semaphore, clock, until))
INTERPOSE(int, sem_trywait, (sem_t * semaphore), (semaphore))
INTERPOSE(int, sem_post, (sem_t * semaphore), (semaphore))
INTERPOSE(int, sigaction, (int number, const struct sigaction *action, struct sigaction *old), (number, action, old))
INTERPOSE(int, pthread_sigmask, (int how, const sigset_t *set, sigset_t *old), (how, set, old))
INTERPOSE(int, pthread_setcancelstate, (int state, int *old), (state, old))
INTERPOSE(int, pthread_mutex_lock, (pthread_mutex_t * mutex), (mutex))
INTERPOSE(int, pthread_mutex_unlock, (pthread_mutex_t * mutex), (mutex))
INTERPOSE(int, pthread_once, (pthread_once_t * once, void (*function)(void)), (once, function))
INTERPOSE(int, pthread_key_create, (pthread_key_t * key, void (*destructor)(void *)), (key, destructor))
INTERPOSE(int, pthread_setspecific, (pthread_key_t key, const void *value), (key, value))
