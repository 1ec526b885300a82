/*
 * A signal handler, or another thread, closes all descriptors and uses their numbers for another file, between any two
 * calls that the library makes of the system. Calls answer what they would have answered, and with a handler the other
 * file stays as it was: not grown, not emptied, not locked, not closed. With a thread only its content does, since no
 * library can keep another thread from an instant between two calls.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/await.h"
#include "support/child.h"
#include "support/items.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LARGE = 100000, BURST = 20, KEPT = 3 << 19, FOREIGN_BYTES = 1 << 16, REUSED = 16 };
enum manner { BY_HANDLER, BY_THREAD };

/* ---------------------------------------------------------------------------------------------- the strikes */

static char foreign_path[64]; /* leads to a file that the test's process holds */
static int foreign[REUSED];   /* its numbers here since the strike */
static enum manner manner;
static unsigned calls, struck_at; /* the library's calls since a case began; 0: no strike */

#define REAL(name)                                                                                                     \
    __extension__({                                                                                                    \
        static __typeof__(&name) real_##name;                                                                          \
        if (real_##name == NULL)                                                                                       \
            *(void **)&real_##name = dlsym(RTLD_NEXT, #name);                                                          \
        real_##name;                                                                                                   \
    })

static void close_and_reuse(int signal_number)
{
    (void)signal_number;
    const int kept = errno;
    close_range(3, ~0U, 0);
    for (int i = 0; i < REUSED; ++i)
        foreign[i] = REAL(open)(foreign_path, O_RDWR | O_CLOEXEC);
    errno = kept;
}

static void strike_if_due(void)
{
    if (struck_at == 0 || ++calls != struck_at)
        return;
    if (manner == BY_HANDLER)
        raise(SIGUSR1);
    else
        close_and_reuse(0);
}

/* What the library calls, before each of which the strike may come. */
int open(const char *path, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    const mode_t mode = va_arg(list, mode_t);
    va_end(list);
    strike_if_due();
    return REAL(open)(path, flags, mode);
}

int close(int fd)
{
    strike_if_due();
    return REAL(close)(fd);
}

int fcntl(int fd, int command, ...)
{
    va_list list;
    va_start(list, command);
    void *argument = va_arg(list, void *);
    va_end(list);
    strike_if_due();
    return REAL(fcntl)(fd, command, argument);
}

int fstat(int fd, struct stat *status)
{
    strike_if_due();
    return REAL(fstat)(fd, status);
}

int stat(const char *path, struct stat *status)
{
    strike_if_due();
    return REAL(stat)(path, status);
}

int fallocate(int fd, int mode, off_t offset, off_t size)
{
    strike_if_due();
    return REAL(fallocate)(fd, mode, offset, size);
}

int madvise(void *address, size_t size, int advice)
{
    strike_if_due();
    return REAL(madvise)(address, size, advice);
}

/* ----------------------------------------------------------------------------------------------- the scenes */

static struct flag *never;

static int take_and_wait(void *queue)
{
    uint64_t number = 0;
    ipcq_item item;
    CHILD_CHECK(get_number(queue, &number, &item, IPCQ_FOREVER) == IPCQ_OK);
    flag_await(never);
    return 1;
}

/* A peer that died with an item, which comes back to us. */
static int prepare_death(ipcq_t *queue)
{
    ipcq_stats stats = {.struct_size = sizeof stats};
    CHILD_CHECK(put_number(queue, 7, IPCQ_NOWAIT) == IPCQ_OK);
    const pid_t peer = child_start(take_and_wait, queue);
    do
        CHILD_CHECK(ipcq_stat(queue, &stats) == IPCQ_OK);
    while (stats.taken != 1);
    child_kill(peer);
    return 0;
}

static int inherit(ipcq_t *queue)
{
    uint64_t number = 0;
    ipcq_item item;
    CHILD_CHECK(get_number(queue, &number, &item, IPCQ_FOREVER) == IPCQ_OK && number == 7 && item.deliveries == 1);
    return ipcq_task_done(queue, item.ticket);
}

static int put_large(ipcq_t *queue)
{
    static const char item[LARGE];
    return ipcq_put(queue, item, LARGE, IPCQ_NOWAIT);
}

/* A burst that left memory behind, which goes back at the next wait: the queue has not needed it for a while. */
static int prepare_burst(ipcq_t *queue)
{
    static char item[LARGE];
    size_t size = 0;
    for (int i = 0; i < BURST; ++i)
        CHILD_CHECK(put_large(queue) == IPCQ_OK);
    while (ipcq_get(queue, item, sizeof item, &size, IPCQ_NOWAIT) == IPCQ_OK)
        CHILD_CHECK(ipcq_task_done(queue, IPCQ_OLDEST) == IPCQ_OK);
    CHILD_CHECK(ipcq_get(queue, item, sizeof item, &size, ipcq_deadline(0.012)) == IPCQ_TIMEDOUT);
    usleep(110000); /* saves looks in vain, each of which would be struck in turn */
    return 0;
}

static uint64_t backed(ipcq_t *queue)
{
    ipcq_stats stats = {.struct_size = sizeof stats};
    return ipcq_stat(queue, &stats) == IPCQ_OK ? stats.bytes_backed : 0;
}

static int give_memory_back(ipcq_t *queue)
{
    uint64_t number = 0;
    ipcq_item item;
    do {
        CHILD_CHECK(get_number(queue, &number, &item, ipcq_deadline(0.045)) == IPCQ_TIMEDOUT);
        CHILD_CHECK(backed(queue) != 0);
    } while (backed(queue) > KEPT);
    return 0;
}

static int prepare_nothing(ipcq_t *queue)
{
    (void)queue;
    return 0;
}

static int look(ipcq_t *queue) { return backed(queue) != 0 ? 0 : 1; }

static const struct scene {
    const char *name;
    int (*prepare)(ipcq_t *queue), (*act)(ipcq_t *queue);
} scenes[] = {
    {"look", prepare_nothing, look},
    {"inherit", prepare_death, inherit},
    {"grow", prepare_nothing, put_large},
    {"give memory back", prepare_burst, give_memory_back},
};

/* ------------------------------------------------------------------------------------------------- the cases */

static bool as_it_was(void)
{
    static char content[FOREIGN_BYTES];
    const int fd = REAL(open)(foreign_path, O_RDWR | O_CLOEXEC);
    struct stat status, number;
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    bool right = fstat(fd, &status) == 0 && pread(fd, content, FOREIGN_BYTES, 0) == FOREIGN_BYTES;
    for (int i = 0; right && i < FOREIGN_BYTES; ++i)
        right = content[i] == 'f';
    if (manner == BY_HANDLER) {
        right = right && status.st_size == FOREIGN_BYTES && REAL(fcntl)(fd, F_OFD_GETLK, &lock) == 0 &&
                lock.l_type == F_UNLCK;
        for (int i = 0; right && i < REUSED; ++i)
            right = fstat(foreign[i], &number) == 0 && number.st_ino == status.st_ino;
    }
    right = ftruncate(fd, FOREIGN_BYTES) == 0 && right;
    close(fd);
    return right;
}

/* Struck at each call in turn, with descriptors that are there at first and with such as are lost already. */
static int strike_at_each_call(void *queue)
{
    uint64_t number = 0;
    CHILD_CHECK(ipcq_size(queue, &number) == IPCQ_OK); /* a participant of its own from now on */
    signal(SIGUSR1, close_and_reuse);
    for (unsigned i = 0; i < sizeof scenes / sizeof *scenes; ++i)
        for (int lost = 0; lost < 2; ++lost)
            for (unsigned at = 1; at == 1 || calls >= at - 1; ++at) {
                CHILD_CHECK(scenes[i].prepare(queue) == 0);
                close_range(3, ~0U, 0); /* so that ours have the lowest numbers, which are used again */
                if (!lost)
                    CHILD_CHECK(look(queue) == 0);
                calls = 0;
                struck_at = at;
                const int result = scenes[i].act(queue);
                struck_at = 0;
                if (result != 0 || (calls >= at && !as_it_was())) {
                    printf("%s%s, struck at call %u: %s\n", scenes[i].name, lost ? ", descriptors lost" : "", at,
                           result == 0 ? "the other file has changed" : ipcq_error_name(result));
                    return 1;
                }
            }
    return 0;
}

static void struck(struct queue_fixture *fixture, enum manner by)
{
    static char content[FOREIGN_BYTES];
    memset(content, 'f', sizeof content);
    const int file = open("/dev/shm", O_TMPFILE | O_RDWR, 0600);
    assert_int_equal(pwrite(file, content, sizeof content, 0), sizeof content);
    snprintf(foreign_path, sizeof foreign_path, "/proc/%d/fd/%d", (int)getpid(), file);
    manner = by;
    never = flag_new();
    const int answer = child_run(strike_at_each_call, fixture->queue);
    flag_free(never);
    close(file);
    assert_int_equal(answer, 0);
}

static void a_handler_that_takes_the_descriptors_away(void **state) { struck(*state, BY_HANDLER); }

static void a_thread_that_takes_the_descriptors_away(void **state) { struck(*state, BY_THREAD); }

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(a_handler_that_takes_the_descriptors_away, JOINABLE),
        QUEUE_TEST(a_thread_that_takes_the_descriptors_away, JOINABLE),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
