/* SPDX-License-Identifier: Apache-2.0 */
#include "environment.h"

#include "support/child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

static const char filler[] = "/dev/shm/filler";

bool own_shm(const char *options)
{
    return unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, options) == 0;
}

size_t free_shm(void)
{
    struct statfs shm;
    return statfs("/dev/shm", &shm) == 0 ? (size_t)shm.f_bfree * (size_t)shm.f_bsize : 0;
}

size_t used_shm(void)
{
    struct statfs shm;
    return statfs("/dev/shm", &shm) == 0 ? (size_t)(shm.f_blocks - shm.f_bfree) * (size_t)shm.f_bsize : 0;
}

void fill_shm(size_t spare)
{
    int fd = open(filler, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    off_t end = lseek(fd, 0, SEEK_END);
    while (free_shm() > spare && fallocate(fd, 0, end, (off_t)(free_shm() - spare)) == 0)
        end = lseek(fd, 0, SEEK_END);
    close(fd);
}

void drain_shm(void) { unlink(filler); }

bool become(uid_t user, gid_t group)
{
    return setgroups(0, NULL) == 0 && setresgid(group, group, group) == 0 && setresuid(user, user, user) == 0;
}

static int try_namespace(void *nothing)
{
    (void)nothing;
    return own_shm("size=1m") ? 0 : 1;
}

int skip_without_root(void **state)
{
    (void)state;
    if (geteuid() == 0 && child_run(try_namespace, NULL) == 0)
        return 0;
    printf("SKIP: only root can mount file systems and become other users\n");
    fflush(stdout);
    _exit(CHILD_SKIPS);
}
