/*
 * What older kernels and narrow sandboxes lack, taken away by a seccomp filter: the library works without it, or says
 * at open what is missing and leaves nothing behind.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "environment.h"

#include "support/await.h"
#include "support/child.h"
#include "support/items.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The call fails if `bits` of its argument's low half are `value`. */
struct lack {
    const char *what;
    long call;
    unsigned argument;
    uint32_t bits, value;
    int error;
    int open_code; /* what open answers then */
};

#define ANY 0, 0, 0
#define ADVICE(advice) SYS_madvise, 2, 0xffffffff, advice
#define COMMAND(command) SYS_fcntl, 1, 0xffffffff, command

static const struct lack lacks[] = {
    {"membarrier", SYS_membarrier, ANY, ENOSYS, IPCQ_OK},
    {"membarrier", SYS_membarrier, ANY, EPERM, IPCQ_OK},
    {"MADV_POPULATE_WRITE (5.14)", ADVICE(23), EINVAL, IPCQ_OK},
    {"MADV_WIPEONFORK (4.14)", ADVICE(MADV_WIPEONFORK), EINVAL, IPCQ_OK},
    {"MADV_DONTDUMP", ADVICE(MADV_DONTDUMP), EINVAL, IPCQ_OK},
    {"memory locks of open file descriptions (3.15)", COMMAND(37), EINVAL, IPCQ_SYSTEM},
    {"O_TMPFILE (3.11)", SYS_openat, 2, O_TMPFILE, O_TMPFILE, EISDIR, IPCQ_NOSHM},
    {"O_TMPFILE (file system)", SYS_openat, 2, O_TMPFILE, O_TMPFILE, EOPNOTSUPP, IPCQ_NOSHM},
    {"getrandom (3.17)", SYS_getrandom, ANY, ENOSYS, IPCQ_SYSTEM},
    {"fallocate", SYS_fallocate, ANY, EOPNOTSUPP, IPCQ_SYSTEM},
    {"linkat", SYS_linkat, ANY, EPERM, IPCQ_DENIED},
};

static int take_away(const struct lack *lack)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)lack->call, 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                 (uint32_t)(offsetof(struct seccomp_data, args) + lack->argument * sizeof(uint64_t))),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, lack->bits),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, lack->value, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)lack->error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -1;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static void *wait_for_item(void *queue)
{
    char buffer[16];
    size_t size = 0;
    return (void *)(intptr_t)ipcq_get(queue, buffer, sizeof buffer, &size, IPCQ_FOREVER);
}

static int put_one(void *queue) { return -put_number(queue, 77, ipcq_deadline(60)); }

static int take_and_stay(void *queue)
{
    uint64_t number = 0;
    CHILD_CHECK(get_number(queue, &number, NULL, ipcq_deadline(60)) == IPCQ_OK);
    for (;;)
        pause();
}

/* Growing, a forked child, one that dies with an item, a close under a sleeping thread. */
static int use_all(ipcq_t *queue)
{
    static char large[300000];
    uint64_t number = 0;
    size_t size = 0;
    pthread_t thread;
    void *answer = NULL;
    for (int i = 0; i < 3; ++i)
        CHILD_CHECK(ipcq_put(queue, large, sizeof large, IPCQ_NOWAIT) == IPCQ_OK);
    for (int i = 0; i < 3; ++i) {
        CHILD_CHECK(ipcq_get(queue, large, sizeof large, &size, IPCQ_NOWAIT) == IPCQ_OK && size == sizeof large);
        CHILD_CHECK(ipcq_task_done(queue, IPCQ_OLDEST) == IPCQ_OK);
    }
    CHILD_CHECK(child_run(put_one, queue) == 0);
    pid_t peer = child_start(take_and_stay, queue);
    await_taken(queue, 1);
    child_kill(peer);
    CHILD_CHECK(get_number(queue, &number, NULL, ipcq_deadline(60)) == IPCQ_OK && number == 77);
    CHILD_CHECK(ipcq_task_done(queue, IPCQ_OLDEST) == IPCQ_OK && ipcq_join(queue, ipcq_deadline(60)) == IPCQ_OK);
    CHILD_CHECK(pthread_create(&thread, NULL, wait_for_item, queue) == 0);
    await_getters(queue, 1);
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK && pthread_join(thread, &answer) == 0);
    CHILD_CHECK((int)(intptr_t)answer == IPCQ_BADHANDLE);
    return 0;
}

struct attempt {
    struct queue_fixture *fixture;
    const struct lack *lack;
};

static int try_without(void *argument)
{
    const struct attempt *attempt = argument;
    ipcq_t *queue = NULL;
    if (take_away(attempt->lack) != 0)
        return CHILD_SKIPS;
    int code =
        queue_open_with(attempt->fixture, &queue, (ipcq_options){.flags = IPCQ_JOINABLE, .capacity_bytes = 4 << 20});
    if (code != attempt->lack->open_code)
        fprintf(stderr, "open answered %s: %s\n", ipcq_error_name(code), attempt->fixture->message);
    CHILD_CHECK(code == attempt->lack->open_code);
    if (code == IPCQ_OK)
        return use_all(queue);
    CHILD_CHECK(queue == NULL && access(attempt->fixture->path, F_OK) == -1);
    CHILD_CHECK(code != IPCQ_SYSTEM || strstr(attempt->fixture->message, strerror(attempt->lack->error)) != NULL);
    return 0;
}

static void what_is_lacking_is_done_without_or_named(void **state)
{
    int failures = 0;
    for (unsigned i = 0; i < sizeof lacks / sizeof *lacks; ++i) {
        struct attempt attempt = {*state, &lacks[i]};
        int answer = child_run(try_without, &attempt);
        unlink(attempt.fixture->path);
        if (answer == CHILD_SKIPS) {
            print_message("SKIP: no right to install a seccomp filter\n");
            skip();
        }
        if (answer != 0) {
            print_message("without %s (%s): %d\n", lacks[i].what, strerror(lacks[i].error), answer);
            ++failures;
        }
    }
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAME_TEST(what_is_lacking_is_done_without_or_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
