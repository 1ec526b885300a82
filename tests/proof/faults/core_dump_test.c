/*
 * A participant dumps core: the dump must not contain the queue, whose holes would fill the disk and /dev/shm.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "environment.h"

#include "support/await.h"
#include "support/child.h"
#include "support/items.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ITEM = 60000, MIB = 1 << 20 };

static char item[ITEM];
static char folder[] = "/tmp/ipcq-core-XXXXXX";

/* A pattern that writes into the working directory; else the dumps go where we cannot follow them. */
static int dumps_go_elsewhere(char *pattern, int capacity)
{
    FILE *file = fopen("/proc/sys/kernel/core_pattern", "re");
    int ok = file != NULL && fgets(pattern, capacity, file) != NULL;
    if (file != NULL)
        fclose(file);
    pattern[strcspn(pattern, "\n")] = '\0';
    return !ok || pattern[0] == '|' || strchr(pattern, '/') != NULL || pattern[0] == '\0';
}

static int crash(void *queue)
{
    if (chdir(folder) != 0 || setrlimit(RLIMIT_CORE, &(struct rlimit){RLIM_INFINITY, RLIM_INFINITY}) != 0)
        return CHILD_SKIPS;
    CHILD_CHECK(ipcq_put(queue, "last words", 10, IPCQ_NOWAIT) == IPCQ_OK);
    signal(SIGABRT, SIG_DFL);
    abort();
}

/* Bytes on disk of all dumps, which are removed. */
static size_t size_of_dumps(int *out_count)
{
    DIR *directory = opendir(folder);
    const struct dirent *entry = NULL;
    struct stat status;
    size_t size = 0;
    *out_count = 0;
    while (directory != NULL && (entry = readdir(directory)) != NULL)
        if (entry->d_name[0] != '.' && fstatat(dirfd(directory), entry->d_name, &status, 0) == 0) {
            size += (size_t)status.st_blocks * 512;
            ++*out_count;
            unlinkat(dirfd(directory), entry->d_name, 0);
        }
    if (directory != NULL)
        closedir(directory);
    return size;
}

/* The queue has 60 MiB of holes and, removed, looks like private memory to the kernel's default filter. */
static int dump_with_holes(void *state)
{
    struct queue_fixture *fixture = state;
    ipcq_t *queue = NULL;
    size_t size = 0;
    int count = 0;
    CHILD_CHECK(own_shm("size=1g"));
    CHILD_CHECK(queue_open_with(fixture, &queue, (ipcq_options){.capacity_bytes = 256 << 20}) == IPCQ_OK);
    for (int i = 0; i < 1000; ++i)
        CHILD_CHECK(ipcq_put(queue, item, sizeof item, IPCQ_NOWAIT) == IPCQ_OK);
    while (ipcq_get(queue, item, sizeof item, &size, IPCQ_NOWAIT) == IPCQ_OK)
        CHILD_CHECK(size == ITEM);
    while (used_shm() > 3 * MIB)
        CHILD_CHECK(ipcq_get(queue, item, sizeof item, &size, ipcq_deadline(0.06)) == IPCQ_TIMEDOUT);
    CHILD_CHECK(ipcq_unlink(fixture->name) == IPCQ_OK);
    size_t before = used_shm();
    int answer = child_run(crash, queue);
    if (answer == CHILD_SKIPS)
        return CHILD_SKIPS;
    size_t dumped = size_of_dumps(&count);
    CHILD_CHECK(answer == -SIGABRT && count > 0);
    fprintf(stderr, "dump %zu KiB, shared memory %zu KiB before and %zu KiB after\n", dumped >> 10, before >> 10,
            used_shm() >> 10);
    CHILD_CHECK(dumped < 8 * MIB && used_shm() <= before + 65536);
    CHILD_CHECK(ipcq_get(queue, item, sizeof item, &size, ipcq_deadline(30)) == IPCQ_OK && size == 10);
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK);
    return 0;
}

static void a_dump_does_not_contain_the_queue(void **state)
{
    char pattern[200] = "";
    struct rlimit limit;
    if (dumps_go_elsewhere(pattern, sizeof pattern)) {
        print_message("SKIP: core_pattern is '%s': dumps do not go into the working directory\n", pattern);
        skip();
    }
    if (getrlimit(RLIMIT_CORE, &limit) != 0 || (limit.rlim_max != RLIM_INFINITY && geteuid() != 0)) {
        print_message("SKIP: RLIMIT_CORE forbids dumps\n");
        skip();
    }
    assert_non_null(mkdtemp(folder));
    int answer = child_run(dump_with_holes, *state);
    rmdir(folder);
    if (answer == CHILD_SKIPS) {
        print_message("SKIP: no right to raise RLIMIT_CORE\n");
        skip();
    }
    assert_int_equal(answer, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAME_TEST(a_dump_does_not_contain_the_queue),
    };
    return cmocka_run_group_tests(tests, skip_without_root, NULL);
}
