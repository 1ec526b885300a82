/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox.h"

#include "child.h"
#include "queue_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#define ARCHITECTURE 0
#endif

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offsetof(struct seccomp_data, field))
#define UNLESS(value, skipped) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), 0, skipped)
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define FORBID BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)

static const struct {
    long call;
    uint32_t first, count; /* of the second argument's forbidden values; 0: all are */
} rules[] = {
    [SANDBOX_OFD_LOCKS] = {SYS_fcntl, F_OFD_GETLK, 3},
    [SANDBOX_MEMBARRIER] = {SYS_membarrier, 0, 0},
    [SANDBOX_MADVISE] = {SYS_madvise, 0, 0},
};

int sandbox_enter(enum sandbox_rule rule)
{
    struct sock_filter filter[] = {
        LOAD(arch),
        UNLESS(ARCHITECTURE, 6), /* another one's numbers mean other calls */
        LOAD(nr),
        UNLESS(rules[rule].call, 4),
        LOAD(args[1]), /* the low half, on both architectures */
        BPF_STMT(BPF_ALU | BPF_SUB | BPF_K, rules[rule].first),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, rules[rule].count != 0 ? rules[rule].count : UINT32_MAX, 1, 0),
        FORBID,
        ALLOW,
    };
    const struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    if (ARCHITECTURE == 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -1;
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0 ? 0 : -1;
}

static int try_to_enter(void *nothing)
{
    (void)nothing;
    return sandbox_enter(SANDBOX_MADVISE) == 0 ? 0 : 1;
}

void sandbox_skip_without(void)
{
    if (child_run(try_to_enter, NULL) == 0)
        return;
    print_message("SKIP: no right to install a seccomp filter, or an architecture that the test does not know\n");
    skip();
}
