/*
 * /dev/shm missing, full, or of the 64 MiB that containers get. Each test goes, in a child, into a mount namespace of
 * its own, so that the machine's /dev/shm is not touched.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/child.h"
#include "support/items.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

static int enter_namespace(void)
{
    if (unshare(CLONE_NEWNS) != 0)
        return -1;
    return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

static int small_shm(const char *size_option)
{
    if (enter_namespace() != 0)
        return -1;
    return mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, size_option);
}

static unsigned long free_blocks(void)
{
    struct statfs shm;
    return statfs("/dev/shm", &shm) == 0 ? shm.f_bfree : 0;
}

static int open_where_no_tmpfs_is(void *state)
{
    struct queue_fixture *fixture = state;
    ipcq_t *queue = NULL;
    CHILD_CHECK(enter_namespace() == 0);
    CHILD_CHECK(mount("/proc/self/fdinfo", "/dev/shm", NULL, MS_BIND, NULL) == 0);
    CHILD_CHECK(queue_open_with(fixture, &queue, (ipcq_options){0}) == IPCQ_NOSHM);
    CHILD_CHECK(strstr(fixture->message, "/dev/shm") != NULL);
    return 0;
}

/* /dev itself is replaced by an empty directory. */
static int open_where_nothing_is(void *state)
{
    struct queue_fixture *fixture = state;
    ipcq_t *queue = NULL;
    CHILD_CHECK(enter_namespace() == 0);
    CHILD_CHECK(mount("tmpfs", "/dev", "tmpfs", 0, "size=64k") == 0);
    CHILD_CHECK(access("/dev/shm", F_OK) == -1);
    CHILD_CHECK(queue_open_with(fixture, &queue, (ipcq_options){0}) == IPCQ_NOSHM);
    CHILD_CHECK(strstr(fixture->message, "/dev/shm") != NULL);
    CHILD_CHECK(ipcq_unlink(fixture->name) == IPCQ_NOSHM);
    return 0;
}

static int open_on_a_full_shm(void *state)
{
    struct queue_fixture *fixture = state;
    ipcq_t *queue = NULL;
    CHILD_CHECK(small_shm("size=1m") == 0);
    int filler = open("/dev/shm/filler", O_CREAT | O_WRONLY, 0600);
    CHILD_CHECK(fallocate(filler, 0, 0, (off_t)free_blocks() * 4096) == 0);
    CHILD_CHECK(queue_open_with(fixture, &queue, (ipcq_options){0}) == IPCQ_NOSPACE);
    CHILD_CHECK(access(fixture->path, F_OK) == -1);
    CHILD_CHECK(strstr(fixture->message, "--shm-size") != NULL);
    return 0;
}

/* What was promised by capacity_bytes is not there: put says so, keeps what it has, and goes on when there is room. */
static int fill_up_with_another_file(void *state)
{
    struct queue_fixture *fixture = state;
    static char item[16384];
    ipcq_t *queue = NULL;
    uint64_t puts = 0;
    size_t size = 0;
    int code = IPCQ_OK;
    CHILD_CHECK(small_shm("size=8m") == 0);
    CHILD_CHECK(queue_open_with(fixture, &queue, (ipcq_options){.capacity_bytes = 64 << 20}) == IPCQ_OK);
    CHILD_CHECK(ipcq_put(queue, item, sizeof item, IPCQ_NOWAIT) == IPCQ_OK);
    ++puts;
    int filler = open("/dev/shm/filler", O_CREAT | O_WRONLY, 0600);
    CHILD_CHECK(fallocate(filler, 0, 0, (off_t)free_blocks() * 4096) == 0);
    while (puts < 1000 && (code = ipcq_put(queue, item, sizeof item, IPCQ_NOWAIT)) == IPCQ_OK)
        ++puts;
    CHILD_CHECK(code == IPCQ_NOSPACE);
    CHILD_CHECK(ipcq_put(queue, item, sizeof item, ipcq_deadline(0.02)) == IPCQ_NOSPACE);

    uint64_t items = 0;
    CHILD_CHECK(ipcq_size(queue, &items) == IPCQ_OK && items == puts);
    close(filler);
    CHILD_CHECK(unlink("/dev/shm/filler") == 0);
    CHILD_CHECK(ipcq_put(queue, item, sizeof item, IPCQ_NOWAIT) == IPCQ_OK);
    for (++puts; puts > 0; --puts)
        CHILD_CHECK(ipcq_get(queue, item, sizeof item, &size, IPCQ_NOWAIT) == IPCQ_OK && size == sizeof item);
    CHILD_CHECK(ipcq_get(queue, item, sizeof item, &size, IPCQ_NOWAIT) == IPCQ_EMPTY);
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK);
    return 0;
}

static int use_the_shm_of_a_container(void *state)
{
    struct queue_fixture *fixture = state;
    static char item[65536];
    ipcq_t *queue = NULL;
    uint64_t puts = 0, gets = 0;
    size_t size = 0;
    int code = IPCQ_OK;
    CHILD_CHECK(small_shm("size=64m") == 0);
    CHILD_CHECK(queue_open_with(fixture, &queue, (ipcq_options){0}) == IPCQ_OK);
    while ((code = ipcq_put(queue, item, sizeof item, IPCQ_NOWAIT)) == IPCQ_OK)
        ++puts;
    CHILD_CHECK(code == IPCQ_FULL);
    CHILD_CHECK(puts >= 128); /* of a quarter of it at least a queue can be sure */
    CHILD_CHECK(free_blocks() > 0);
    while ((code = ipcq_get(queue, item, sizeof item, &size, IPCQ_NOWAIT)) == IPCQ_OK)
        ++gets;
    CHILD_CHECK(code == IPCQ_EMPTY && gets == puts);
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK);
    return 0;
}

static void without_a_memory_file_system_it_is_noshm(void **state)
{
    assert_int_equal(child_run(open_where_no_tmpfs_is, *state), 0);
    assert_int_equal(child_run(open_where_nothing_is, *state), 0);
}

static void on_a_full_one_it_is_nospace(void **state) { assert_int_equal(child_run(open_on_a_full_shm, *state), 0); }

static void when_it_becomes_full_put_says_nospace_and_nothing_is_lost(void **state)
{
    assert_int_equal(child_run(fill_up_with_another_file, *state), 0);
}

static void on_64_mib_a_queue_with_default_options_works(void **state)
{
    assert_int_equal(child_run(use_the_shm_of_a_container, *state), 0);
}

static int try_namespace(void *nothing)
{
    (void)nothing;
    return enter_namespace() == 0 ? 0 : 1;
}

static int skip_without_namespaces(void **state)
{
    (void)state;
    if (child_run(try_namespace, NULL) == 0)
        return 0;
    print_message("SKIP: no right to make a mount namespace\n");
    _exit(77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAME_TEST(without_a_memory_file_system_it_is_noshm),
        NAME_TEST(on_a_full_one_it_is_nospace),
        NAME_TEST(when_it_becomes_full_put_says_nospace_and_nothing_is_lost),
        NAME_TEST(on_64_mib_a_queue_with_default_options_works),
    };
    return cmocka_run_group_tests(tests, skip_without_namespaces, NULL);
}
