/* SPDX-License-Identifier: Apache-2.0 */
#include "fault_table.h"

#include <errno.h>

#define HARMLESS 0

/* clang-format off */
const struct fault_row fault_table[FAULT_KINDS] = {
    [FAULT_OPEN_NAMELESS] = {"open-nameless", "open", {
        {EACCES, RESULT(DENIED)}, {EPERM, RESULT(DENIED)}, {EROFS, RESULT(DENIED)},
        {ENOENT, RESULT(NOSHM)}, {ENOTDIR, RESULT(NOSHM)},
        {EISDIR, RESULT(NOSHM)}, {EOPNOTSUPP, RESULT(NOSHM)}, /* no O_TMPFILE: old kernel, other file system */
        {EMFILE, RESULT(FDLIMIT)}, {ENFILE, RESULT(FDLIMIT)}, {ENOMEM, RESULT(NOMEM)},
        {ENOSPC, RESULT(NOSPACE)}, {EDQUOT, RESULT(NOSPACE)}, {EINTR, RESULT(SYSTEM)}, {EINVAL, RESULT(SYSTEM)}}},
    [FAULT_OPEN_OBJECT] = {"open-object", "open", {
        {EACCES, RESULT(DENIED)}, {EPERM, RESULT(DENIED)}, {EROFS, RESULT(DENIED)},
        {ENOENT, RESULT(NOTFOUND) | RESULT(EXISTS)}, {ENOTDIR, RESULT(NOSHM)},
        {ELOOP, RESULT(FOREIGN)}, {EISDIR, RESULT(FOREIGN)}, {ENXIO, RESULT(FOREIGN)},
        {ETXTBSY, RESULT(FOREIGN) | RESULT(SYSTEM)}, {EMFILE, RESULT(FDLIMIT)}, {ENFILE, RESULT(FDLIMIT)},
        {ENOMEM, RESULT(NOMEM)}, {EINTR, RESULT(SYSTEM)}}},
    [FAULT_OPEN_AGAIN] = {"open-again", "open", {
        {EMFILE, RESULT(FDLIMIT)}, {ENFILE, RESULT(FDLIMIT)}, {ENOMEM, RESULT(NOMEM)},
        {ENOENT, RESULT(SYSTEM)}, /* no /proc */
        {EACCES, RESULT(DENIED)}, {EPERM, RESULT(DENIED)}, {EINTR, RESULT(SYSTEM)}}},
    [FAULT_CLOSE] = {"close", "close closedir", {
        {EINTR, HARMLESS}, {EIO, HARMLESS}, {ENOSPC, HARMLESS}, {EDQUOT, HARMLESS}}},
    [FAULT_DUPLICATE] = {"duplicate", "fcntl", {
        {EMFILE, RESULT(FDLIMIT)}, {EINVAL, RESULT(FDLIMIT)}, {EINTR, RESULT(SYSTEM)}}},
    [FAULT_OWNERSHIP] = {"ownership", "fcntl", {
        {EPERM, RESULT(DENIED)}, {EBADF, RESULT(SYSTEM)}, {EINVAL, RESULT(SYSTEM)}}},
    [FAULT_LOCK] = {"lock", "fcntl", {
        {EAGAIN, RESULT(CROWDED)}, {EACCES, RESULT(CROWDED) | RESULT(DENIED)},
        {ENOLCK, RESULT(NOMEM) | RESULT(SYSTEM)}, {ENOMEM, RESULT(NOMEM)},
        {EINVAL, RESULT(SYSTEM)}, {ENOSYS, RESULT(SYSTEM)}, {EOPNOTSUPP, RESULT(SYSTEM)}, /* no OFD locks */
        {EPERM, RESULT(DENIED) | RESULT(SYSTEM)}, {EINTR, RESULT(SYSTEM)}, {EDEADLK, RESULT(SYSTEM)},
        {EBADF, RESULT(SYSTEM)}}},
    [FAULT_LOOK_AT_LOCK] = {"look-at-lock", "fcntl", { /* an opener needs the answer, others say that they have none */
        {EINVAL, RESULT(SYSTEM)}, {ENOLCK, RESULT(SYSTEM) | RESULT(NOMEM)}, {ENOMEM, RESULT(SYSTEM) | RESULT(NOMEM)},
        {EINTR, RESULT(SYSTEM)}, {EACCES, RESULT(SYSTEM) | RESULT(DENIED)}, {EPERM, RESULT(SYSTEM) | RESULT(DENIED)},
        {EBADF, RESULT(SYSTEM)}}},
    [FAULT_LOOK_AT_REMOVAL] = {"look-at-removal", "fcntl", {
        {EINVAL, RESULT(SYSTEM)}, {ENOLCK, RESULT(SYSTEM)}, {ENOMEM, RESULT(NOMEM)}, {EINTR, RESULT(SYSTEM)},
        {EACCES, RESULT(DENIED)}, {EBADF, RESULT(SYSTEM)}}},
    [FAULT_FSTAT] = {"fstat", "fstat", {
        {ENOMEM, RESULT(NOMEM) | RESULT(SYSTEM)},
        {EBADF, RESULT(SYSTEM)}, /* the program closed what is ours */
        {EACCES, RESULT(DENIED) | RESULT(SYSTEM)}}},
    [FAULT_STAT] = {"stat", "stat", {
        {ENOENT, RESULT(NOSHM)}, {ENOTDIR, RESULT(NOSHM)}, {EACCES, RESULT(NOSHM) | RESULT(DENIED)}, {EIO, RESULT(NOSHM)},
        {ENOMEM, RESULT(NOSHM) | RESULT(NOMEM)}}},
    [FAULT_STATFS] = {"statfs", "statfs", {
        {ENOSYS, HARMLESS}, {EACCES, HARMLESS}, {EIO, HARMLESS}, {EINTR, HARMLESS}, {ENOMEM, HARMLESS}}},
    [FAULT_PREAD] = {"pread", "pread", {
        {EIO, RESULT(SYSTEM)}, {EBADF, RESULT(SYSTEM)}, {EISDIR, RESULT(FOREIGN)}, {ENOMEM, RESULT(NOMEM)},
        {EINTR, RESULT(SYSTEM)}, {EAGAIN, RESULT(SYSTEM)}}},
    [FAULT_FCHMOD] = {"fchmod", "fchmod", {
        {EPERM, RESULT(DENIED)}, {EROFS, RESULT(DENIED)}, {EIO, RESULT(SYSTEM)}, {ENOMEM, RESULT(NOMEM)}}},
    [FAULT_LINKAT] = {"linkat", "linkat", {
        {EACCES, RESULT(DENIED)}, {EPERM, RESULT(DENIED)}, {EROFS, RESULT(DENIED)}, {EEXIST, RESULT(EXISTS)},
        {ENOENT, RESULT(SYSTEM)}, /* no /proc */
        {ENOSPC, RESULT(NOSPACE)}, {EDQUOT, RESULT(NOSPACE)}, {ENOMEM, RESULT(NOMEM)},
        {EMLINK, RESULT(SYSTEM)}, {EXDEV, RESULT(SYSTEM)}, {EIO, RESULT(SYSTEM)}}},
    [FAULT_UNLINK] = {"unlink", "unlink", {
        {EACCES, RESULT(DENIED)}, {EPERM, RESULT(DENIED)}, {EROFS, RESULT(DENIED)}, {ENOENT, RESULT(NOTFOUND)},
        {EISDIR, RESULT(FOREIGN) | RESULT(SYSTEM)}, {EBUSY, RESULT(SYSTEM)}, {EIO, RESULT(SYSTEM)},
        {ENOMEM, RESULT(NOMEM) | RESULT(SYSTEM)}}},
    [FAULT_OPENDIR] = {"opendir", "opendir", {
        {EACCES, HARMLESS}, {EMFILE, HARMLESS}, {ENFILE, HARMLESS}, {ENOMEM, HARMLESS}, {ENOENT, HARMLESS}}},
    [FAULT_READDIR] = {"readdir", "readdir", {{EBADF, HARMLESS}, {ENOENT, HARMLESS}, {EIO, HARMLESS}}},
    [FAULT_ALLOCATE] = {"allocate", "fallocate", {
        {ENOSPC, RESULT(NOSPACE)}, {EDQUOT, RESULT(NOSPACE)}, {EFBIG, RESULT(FILELIMIT)},
        {ENOMEM, RESULT(NOMEM) | RESULT(NOSPACE)}, {EINTR, HARMLESS}, {EPERM, RESULT(DENIED) | RESULT(SYSTEM)},
        {EBADF, RESULT(SYSTEM)}, {EIO, RESULT(SYSTEM)},
        {ENOSYS, RESULT(SYSTEM) | RESULT(NOSHM)}, {EOPNOTSUPP, RESULT(SYSTEM) | RESULT(NOSHM)}}},
    [FAULT_PUNCH] = {"punch", "madvise", {
        {EINVAL, HARMLESS}, /* pages that are locked */
        {EOPNOTSUPP, HARMLESS}, {ENOSYS, HARMLESS}, {EPERM, HARMLESS}, {EINTR, HARMLESS}, {ENOMEM, HARMLESS},
        {EACCES, HARMLESS}, {EIO, HARMLESS}}},
    [FAULT_MAP_SHARED] = {"map-shared", "mmap", {
        {ENOMEM, RESULT(SPACELIMIT) | RESULT(NOMEM)},
        {EAGAIN, RESULT(SPACELIMIT) | RESULT(NOMEM)}, /* mlockall() and RLIMIT_MEMLOCK */
        {ENFILE, RESULT(FDLIMIT)}, {EACCES, RESULT(DENIED)}, {EPERM, RESULT(DENIED)},
        {ENODEV, RESULT(NOSHM) | RESULT(SYSTEM)}, {EINVAL, RESULT(SYSTEM)}}},
    [FAULT_MAP_PRIVATE] = {"map-private", "mmap", {
        {ENOMEM, RESULT(SPACELIMIT) | RESULT(NOMEM)}, {EAGAIN, RESULT(SPACELIMIT) | RESULT(NOMEM)}}},
    [FAULT_MUNMAP] = {"munmap", "munmap", {{ENOMEM, HARMLESS}, {EINVAL, HARMLESS}}},
    [FAULT_DONTFORK] = {"madvise-dontfork", "madvise", {
        {ENOMEM, RESULT(NOMEM) | RESULT(SPACELIMIT)}, {EAGAIN, RESULT(NOMEM) | RESULT(SPACELIMIT) | RESULT(SYSTEM)},
        {EINVAL, RESULT(SYSTEM)}}},
    [FAULT_DONTDUMP] = {"madvise-dontdump", "madvise", {{ENOMEM, HARMLESS}, {EAGAIN, HARMLESS}, {EINVAL, HARMLESS}}},
    [FAULT_WIPEONFORK] = {"madvise-wipeonfork", "madvise", {
        {EINVAL, RESULT(SYSTEM)}, {ENOMEM, RESULT(NOMEM) | RESULT(SYSTEM)}, {EAGAIN, RESULT(NOMEM) | RESULT(SYSTEM)}}},
    [FAULT_POPULATE] = {"madvise-populate", "madvise", {
        {EFAULT, RESULT(NOSPACE)}, {EINVAL, HARMLESS}, {ENOSYS, HARMLESS}, {EPERM, HARMLESS}, /* kernel before 5.14, seccomp */
        {ENOMEM, RESULT(NOSPACE)}, {EAGAIN, HARMLESS}, {EINTR, HARMLESS}}},
    [FAULT_GETRLIMIT] = {"getrlimit", "getrlimit", {{EPERM, HARMLESS}, {ENOSYS, HARMLESS}, {EINVAL, HARMLESS}}},
    [FAULT_GETRANDOM] = {"getrandom", "getrandom", {
        {ENOSYS, RESULT(SYSTEM)}, {EAGAIN, RESULT(SYSTEM)}, {EPERM, RESULT(SYSTEM) | RESULT(DENIED)}, {EINTR, HARMLESS}}},
    [FAULT_MEMBARRIER] = {"membarrier", "syscall", {
        {ENOSYS, HARMLESS}, {EPERM, HARMLESS}, {EINVAL, HARMLESS}, {ENOMEM, HARMLESS}}},
    [FAULT_SEM_INIT] = {"sem_init", "sem_init", {{EINVAL, RESULT(SYSTEM)}, {ENOSYS, RESULT(SYSTEM)}, {EPERM, RESULT(SYSTEM)}}},
    [FAULT_SEM_WAIT] = {"sem_clockwait", "sem_clockwait", {
        {EINTR, RESULT(INTERRUPTED)}, {ETIMEDOUT, HARMLESS}, {EINVAL, HARMLESS}, {ENOSYS, HARMLESS}}},
    [FAULT_SEM_TRYWAIT] = {"sem_trywait", "sem_trywait", {{EAGAIN, HARMLESS}, {EINTR, HARMLESS}, {EINVAL, HARMLESS}}},
    [FAULT_SEM_POST] = {"sem_post", "sem_post", {{EOVERFLOW, HARMLESS}, {EINVAL, HARMLESS}, {ENOSYS, HARMLESS}}},
    [FAULT_SEM_GETVALUE] = {"sem_getvalue", "sem_getvalue", {{EINVAL, HARMLESS}, {ENOSYS, HARMLESS}}},
    [FAULT_MALLOC] = {"malloc", "malloc _ZnwmRKSt9nothrow_t _ZnwmSt11align_val_tRKSt9nothrow_t", {{ENOMEM, RESULT(NOMEM)}}},
    [FAULT_CALLOC] = {"calloc", "calloc", {{ENOMEM, RESULT(NOMEM)}}},
    [FAULT_REALLOC] = {"realloc", "realloc", {{ENOMEM, RESULT(NOMEM)}}},
    [FAULT_ATFORK] = {"pthread_atfork", "__register_atfork", {{ENOMEM, RESULT(NOMEM)}}},
    [FAULT_THREAD_NAME] = {"pthread_getname_np", "pthread_getname_np", {
        {ERANGE, HARMLESS}, {ENOENT, HARMLESS}, {EIO, HARMLESS}}},
    [FAULT_KEY_CREATE] = {"pthread_key_create", "pthread_key_create", {{EAGAIN, RESULT(NOMEM)}, {ENOMEM, RESULT(NOMEM)}}},
    [FAULT_SETSPECIFIC] = {"pthread_setspecific", "pthread_setspecific", {{ENOMEM, RESULT(NOMEM)}}},
    [FAULT_SIGACTION] = {"sigaction", "sigaction", {{EINVAL, RESULT(SYSTEM)}, {EPERM, RESULT(SYSTEM)}}},
    [FAULT_MPROTECT] = {"mprotect", "mprotect", {
        {ENOMEM, RESULT(SPACELIMIT) | RESULT(NOMEM)}, {EAGAIN, RESULT(SPACELIMIT) | RESULT(NOMEM)},
        {EACCES, RESULT(DENIED) | RESULT(SYSTEM)}, {EPERM, RESULT(DENIED) | RESULT(SYSTEM)}}},
};
/* clang-format on */

#define FOR_THE_LINKER "a service of the loader, weak or resolved before any call"
#define PURE "reads and writes memory of the caller"
#define OWN "answers from the process's own state; no failure is defined"
#define UNMISUSED "fails only for a mutex, once or state that is none; ours are constants"

const struct unfailing unfailing_table[] = {
    {"_ITM_deregisterTMCloneTable", FOR_THE_LINKER},
    {"_ITM_registerTMCloneTable", FOR_THE_LINKER},
    {"__gmon_start__", FOR_THE_LINKER},
    {"__cxa_finalize", FOR_THE_LINKER},
    {"__tls_get_addr", FOR_THE_LINKER},
    {"__errno_location", OWN},
    {"__cxa_guard_acquire", UNMISUSED},
    {"__cxa_guard_release", UNMISUSED},
    {"__popcountdi2", PURE},
    {"_ZSt7nothrow", "an object"},
    {"_ZdlPvm", "never fails"},
    {"free", "never fails"},
    {"clock_gettime", "CLOCK_MONOTONIC and a valid address never fail"},
    {"raise", "to the calling thread, which exists"},
    {"clock_nanosleep", "a pause that ends early is only a shorter pause"},
    {"nanosleep", "a pause that ends early is only a shorter pause"},
    {"sched_yield", "never fails on Linux"},
    {"geteuid", OWN},
    {"sysconf", "_SC_PAGESIZE is known to the C library since the start"},
    {"getpid", OWN},
    {"pthread_self", OWN},
    {"pthread_sigmask", OWN},
    {"sigdelset", PURE},
    {"sigfillset", PURE},
    {"pthread_mutex_lock", UNMISUSED},
    {"pthread_mutex_trylock", "at the end of the process; a gate that is not free leaves names to the next process"},
    {"pthread_mutex_unlock", UNMISUSED},
    {"pthread_once", UNMISUSED},
    {"pthread_setcancelstate", UNMISUSED},
    {"pthread_testcancel", "returns, or ends a thread that was cancelled"},
    {"mremap",
     "of memory that is locked, where madvise refuses it with EINVAL; a failure leaves the memory, as EINVAL does"},
    {"munlock", "as mremap"},
    {"name_to_handle_at", "where there is no /proc; a failure is the SYSTEM that its absence is without this call"},
    {"open_by_handle_at", "as name_to_handle_at"},
    {"memcpy", PURE},
    {"memmove", PURE},
    {"memset", PURE},
    {"memcmp", PURE},
    {"snprintf", "into a buffer, with formats that need no memory"},
    {"strerror_r", PURE},
    {"strlen", PURE},
    {"strncmp", PURE},
    {"strnlen", PURE},
    {"strstr", PURE},
    {"__stack_chk_fail", "ends the process, and only when its stack is smashed"},
};
const unsigned unfailing_count = sizeof unfailing_table / sizeof *unfailing_table;
