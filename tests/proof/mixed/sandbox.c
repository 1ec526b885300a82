/* SPDX-License-Identifier: Apache-2.0 */
#include "disturbances.h"
#include "ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define REFUSE BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define IF_EQUAL(value, then_skip, else_skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, then_skip, else_skip)

static void enter(struct sock_filter *filter, unsigned short length)
{
    const struct sock_fprog program = {length, filter};
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) != 0)
        violation("no sandbox: %s", strerror(errno));
}

static void forbid(uint32_t call)
{
    struct sock_filter filter[] = {LOAD(nr), IF_EQUAL(call, 0, 1), REFUSE, ALLOW};
    enter(filter, sizeof filter / sizeof *filter);
}

void forbid_membarrier(void) { forbid(SYS_membarrier); }

void forbid_madvise(void) { forbid(SYS_madvise); }

void forbid_ofd_locks(void)
{
    struct sock_filter filter[] = {
        LOAD(nr),
        IF_EQUAL(SYS_fcntl, 0, 5),
        LOAD(args[1]), /* its low half on a little-endian machine */
        IF_EQUAL(F_OFD_GETLK, 2, 0),
        IF_EQUAL(F_OFD_SETLK, 1, 0),
        IF_EQUAL(F_OFD_SETLKW, 0, 1),
        REFUSE,
        ALLOW,
    };
    enter(filter, sizeof filter / sizeof *filter);
}
