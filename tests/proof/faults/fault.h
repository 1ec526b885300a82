/*
 * System calls that fail by request. The program's own definitions of the calls in fault_calls.c stand before those of
 * the C library, also for libipcq.so; each asks here whether it is its turn to fail. Only the thread that armed is hit.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FAULT_H
#define FAULT_H

#include <stdbool.h>
#include <stdint.h>

/* A kind is a call as the library uses it: what the same function is asked for elsewhere fails for other reasons. */
enum fault_kind {
    FAULT_OPEN_NAMELESS, /* open(O_TMPFILE) */
    FAULT_OPEN_OBJECT,   /* open of a queue's object */
    FAULT_OPEN_AGAIN,    /* open of /proc/self/fd/N */
    FAULT_CLOSE,
    FAULT_DUPLICATE,       /* fcntl(F_DUPFD_CLOEXEC) */
    FAULT_OWNERSHIP,       /* fcntl(F_GETFL and F_SETFL), which only the owner may do with O_NOATIME */
    FAULT_LOCK,            /* fcntl(F_OFD_SETLK) */
    FAULT_LOOK_AT_LOCK,    /* fcntl(F_OFD_GETLK) */
    FAULT_LOOK_AT_REMOVAL, /* the same, of the byte under which an anonymous name is removed */
    FAULT_FSTAT,
    FAULT_STAT,
    FAULT_STATFS,
    FAULT_PREAD,
    FAULT_FCHMOD,
    FAULT_LINKAT,
    FAULT_UNLINK,
    FAULT_OPENDIR,
    FAULT_READDIR,
    FAULT_ALLOCATE,    /* fallocate, which gives memory */
    FAULT_PUNCH,       /* madvise that takes it */
    FAULT_MAP_SHARED,  /* mmap of the object */
    FAULT_MAP_PRIVATE, /* mmap of memory of one's own */
    FAULT_MUNMAP,
    FAULT_DONTFORK, /* madvise */
    FAULT_DONTDUMP,
    FAULT_WIPEONFORK,
    FAULT_POPULATE,
    FAULT_GETRLIMIT,
    FAULT_GETRANDOM,
    FAULT_MEMBARRIER,
    FAULT_SEM_INIT,
    FAULT_SEM_WAIT, /* sem_clockwait */
    FAULT_SEM_TRYWAIT,
    FAULT_SEM_POST,
    FAULT_SEM_GETVALUE,
    FAULT_MALLOC, /* also operator new */
    FAULT_CALLOC,
    FAULT_REALLOC,
    FAULT_ATFORK,
    FAULT_THREAD_NAME,
    FAULT_KEY_CREATE,
    FAULT_SETSPECIFIC,
    FAULT_SIGACTION,
    FAULT_MPROTECT,
    FAULT_KINDS
};

struct fault {
    enum fault_kind kind;
    unsigned nth; /* 1: the first call after arming; 0: none */
    int error;    /* errno */
    bool lasting; /* every call from the n-th on, as when a limit is reached */
};

enum { FAULTS_MAX = 2 };

/* Forgets the counts, too. */
void fault_arm(const struct fault *faults, unsigned count);
void fault_disarm(void);

/* Calls of the test itself in between do not count. */
void fault_suspend(bool suspend);

/* Since arming: how often the kind was called, and how often the i-th fault hit. */
unsigned fault_calls(enum fault_kind kind);
unsigned fault_hits(unsigned index);

/* For fault_calls.c: is it this call's turn? Then errno says why. */
bool fault_due(enum fault_kind kind);

/* What populating refused becomes usable again. */
void fault_give_memory_back(void);

/* What the library takes for time is so much later than it is: idle moments need no waiting for. */
void fault_advance_clock(int64_t nanoseconds);

/* True: nobody will wake us, so a sleep ends at once, and the clock shows that it took its time. */
void fault_skip_sleeps(bool skip);

/* What happens in the next sleep, once, before that sleep ends without a token. */
void fault_in_sleep(void (*event)(void *argument), void *argument);

#endif
