/*
 * The name taken by something else, taken away while in use, made under a umask that forbids all.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "environment.h"

#include "support/child.h"
#include "support/items.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

static int make_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%.100s", path);
    int result = bind(fd, (struct sockaddr *)&address, sizeof address);
    close(fd);
    return result;
}

static int make_directory(const char *path) { return mkdir(path, 0777); }
static int make_fifo(const char *path) { return mkfifo(path, 0666); }
static int make_device(const char *path) { return mknod(path, S_IFCHR | 0666, makedev(1, 3)); }
static int make_dangling(const char *path) { return symlink("/dev/shm/ipcq.nowhere.at.all", path); }
static int make_loop(const char *path) { return symlink(path, path); }
static int make_link_to_null(const char *path) { return symlink("/dev/null", path); }

static const struct squatter {
    const char *name;
    int (*make)(const char *path);
    int open_code; /* DENIED: /dev/shm allows no devices */
} squatters[] = {
    {"a directory", make_directory, IPCQ_FOREIGN},
    {"a FIFO", make_fifo, IPCQ_FOREIGN},
    {"a socket", make_socket, IPCQ_FOREIGN},
    {"a device", make_device, IPCQ_DENIED},
    {"a dangling link", make_dangling, IPCQ_FOREIGN},
    {"a link to itself", make_loop, IPCQ_FOREIGN},
    {"a link to a device", make_link_to_null, IPCQ_FOREIGN},
};

static int meet_squatter(struct queue_fixture *fixture, const struct squatter *squatter)
{
    ipcq_t *queue = NULL;
    struct stat before, after;
    CHILD_CHECK(squatter->make(fixture->path) == 0);
    CHILD_CHECK(lstat(fixture->path, &before) == 0);
    static const uint32_t flags[] = {0, IPCQ_OPEN_ONLY, IPCQ_ANY_OWNER, IPCQ_JOINABLE};
    for (unsigned i = 0; i < sizeof flags / sizeof *flags; ++i)
        CHILD_CHECK(queue_open_with(fixture, &queue, (ipcq_options){.flags = flags[i]}) == squatter->open_code);
    CHILD_CHECK(queue_open_with(fixture, &queue, (ipcq_options){.flags = IPCQ_CREATE_ONLY}) == IPCQ_EXISTS);
    CHILD_CHECK(queue == NULL && access("/dev/shm/ipcq.nowhere.at.all", F_OK) == -1);
    CHILD_CHECK(lstat(fixture->path, &after) == 0 && before.st_ino == after.st_ino && before.st_mode == after.st_mode);
    int code = ipcq_unlink(fixture->name); /* a directory stays: it is not ours to empty */
    CHILD_CHECK(squatter->make == make_directory ? code == IPCQ_FOREIGN : code == IPCQ_OK);
    CHILD_CHECK(squatter->make == make_directory ? rmdir(fixture->path) == 0 : access(fixture->path, F_OK) == -1);
    CHILD_CHECK(queue_open_with(fixture, &queue, (ipcq_options){0}) == IPCQ_OK && ipcq_close(queue) == IPCQ_OK);
    CHILD_CHECK(ipcq_unlink(fixture->name) == IPCQ_OK);
    return 0;
}

static int every_squatter(void *state)
{
    CHILD_CHECK(own_shm("size=16m,mode=1777"));
    for (unsigned i = 0; i < sizeof squatters / sizeof *squatters; ++i)
        if (meet_squatter(state, &squatters[i]) != 0) {
            fprintf(stderr, "the squatter: %s\n", squatters[i].name);
            return 1;
        }
    return 0;
}

/* The memory file system itself is squatted: a file where the directory should be. */
static int file_for_directory(void *state)
{
    struct queue_fixture *fixture = state;
    ipcq_t *queue = NULL;
    CHILD_CHECK(own_shm("size=1m"));
    CHILD_CHECK(mount("tmpfs", "/dev", "tmpfs", MS_NOSUID, "size=64k") == 0);
    int fd = open("/dev/shm", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    CHILD_CHECK(fd >= 0 && close(fd) == 0);
    CHILD_CHECK(queue_open_with(fixture, &queue, (ipcq_options){0}) == IPCQ_NOSHM);
    CHILD_CHECK(queue_open_with(fixture, &queue, (ipcq_options){.flags = IPCQ_OPEN_ONLY}) == IPCQ_NOSHM);
    CHILD_CHECK(ipcq_unlink(fixture->name) == IPCQ_NOSHM);
    return 0;
}

static void whoever_squats_is_foreign_and_stays_as_it_is(void **state) { RUN_OR_SKIP(every_squatter, *state); }

static void a_file_instead_of_the_directory_is_noshm(void **state) { RUN_OR_SKIP(file_for_directory, *state); }

static int make_under_umask(void *state)
{
    struct queue_fixture *fixture = state;
    static const uint32_t modes[] = {0, 0600, 0660, 0606, 0666};
    umask(0777);
    for (unsigned i = 0; i < sizeof modes / sizeof *modes; ++i) {
        ipcq_t *queue = NULL, *second = NULL;
        struct stat status;
        CHILD_CHECK(queue_open_with(fixture, &queue, (ipcq_options){.mode = modes[i]}) == IPCQ_OK);
        CHILD_CHECK(stat(fixture->path, &status) == 0);
        CHILD_CHECK((status.st_mode & 07777) == (modes[i] != 0 ? modes[i] : 0600));
        CHILD_CHECK(queue_open_with(fixture, &second, (ipcq_options){0}) == IPCQ_OK);
        CHILD_CHECK(put_number(second, 5, IPCQ_NOWAIT) == IPCQ_OK && ipcq_close(second) == IPCQ_OK);
        CHILD_CHECK(ipcq_close(queue) == IPCQ_OK && ipcq_unlink(fixture->name) == IPCQ_OK);
    }
    return 0;
}

static int make_under_umask_as_a_user(void *state)
{
    return become(61001, 61001) ? make_under_umask(state) : CHILD_SKIPS;
}

static void the_umask_does_not_count(void **state)
{
    RUN_OR_SKIP(make_under_umask, *state);
    RUN_OR_SKIP(make_under_umask_as_a_user, *state);
}

/* RemoveIPC, or somebody who tidies up: those who are in go on, those who come make another queue. */
static void a_name_removed_while_in_use_hurts_nobody(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_t *old = fixture->queue, *peer = queue_open_again(fixture), *fresh = NULL;
    put_word(old, "old");
    assert_int_equal(unlink(fixture->path), 0);
    assert_ok(queue_open_with(fixture, &fresh, (ipcq_options){.flags = IPCQ_JOINABLE}));
    put_word(fresh, "fresh");
    for (int i = 0; i < 100; ++i) /* it grows, too */
        assert_ok(ipcq_put(peer, fixture, sizeof *fixture, IPCQ_NOWAIT));
    get_word(peer, "old");
    assert_ok(ipcq_close(peer));
    assert_holds(old, 101, 0);
    get_word(fresh, "fresh");
    assert_ok(ipcq_close(fresh));
    assert_int_equal(access(fixture->path, F_OK), 0);
}

/* An anonymous queue removes its own name, not that of the queue that has it now. */
static void a_name_that_changed_hands_is_not_removed(void **state)
{
    ipcq_t *queue = NULL;
    char name[210], path[240];
    (void)state;
    assert_ok(ipcq_open(&queue, NULL, NULL));
    assert_ok(ipcq_name(queue, name, sizeof name));
    snprintf(path, sizeof path, "/dev/shm/ipcq.%s", name);
    assert_int_equal(unlink(path), 0);
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    int closed = ipcq_close(queue);
    int there = access(path, F_OK);
    close(fd);
    unlink(path);
    assert_ok(closed);
    assert_int_equal(there, 0);
}

/* A link to an object makes it untrusted for those who come, and changes nothing for those who are in. */
static void a_second_name_hurts_nobody_who_is_in(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_t *late = NULL;
    char second[240];
    snprintf(second, sizeof second, "%s.second", fixture->path);
    put_word(fixture->queue, "in");
    assert_int_equal(link(fixture->path, second), 0);
    int code = queue_open_with(fixture, &late, (ipcq_options){0});
    int created = queue_open_with(fixture, &late, (ipcq_options){.flags = IPCQ_CREATE_ONLY});
    unlink(second);
    assert_code(code, IPCQ_FOREIGN);
    assert_code(created, IPCQ_EXISTS);
    get_word(fixture->queue, "in");
    assert_ok(ipcq_task_done(fixture->queue, IPCQ_OLDEST));
}

/* Standard descriptors that are closed are not taken: a print would go into the queue. */
static int open_with_descriptors_closed(void *state)
{
    struct queue_fixture *fixture = state;
    ipcq_t *queue = NULL;
    struct stat object, status;
    for (int fd = 0; fd <= 2; ++fd)
        close(fd);
    if (queue_open_with(fixture, &queue, (ipcq_options){.flags = IPCQ_JOINABLE}) != IPCQ_OK ||
        stat(fixture->path, &object) != 0)
        return 1;
    for (int fd = 0; fd <= 2; ++fd)
        if (fstat(fd, &status) == 0 && status.st_ino == object.st_ino)
            return 2;
    return ipcq_close(queue) == IPCQ_OK ? 0 : 3;
}

static void standard_descriptors_are_left_alone(void **state)
{
    assert_int_equal(child_run(open_with_descriptors_closed, *state), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAME_TEST(whoever_squats_is_foreign_and_stays_as_it_is),
        NAME_TEST(a_file_instead_of_the_directory_is_noshm),
        NAME_TEST(the_umask_does_not_count),
        QUEUE_TEST(a_name_removed_while_in_use_hurts_nobody, JOINABLE),
        NAME_TEST(a_name_that_changed_hands_is_not_removed),
        QUEUE_TEST(a_second_name_hurts_nobody_who_is_in, JOINABLE),
        NAME_TEST(standard_descriptors_are_left_alone),
    };
    return cmocka_run_group_tests(tests, skip_without_root, NULL);
}
