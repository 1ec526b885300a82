/*
 * Queues that are made, used and removed leave nothing behind: no object, no descriptor, no mapping.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/child.h"
#include "support/items.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LIVES = 10000 };

/* What a process can leak. */
struct belongings {
    long descriptors, mappings;
};

static long entries(const char *directory, const char *containing)
{
    long count = 0;
    DIR *open_directory = opendir(directory);
    if (open_directory == NULL)
        return -1;
    for (struct dirent *entry = readdir(open_directory); entry != NULL; entry = readdir(open_directory))
        count += strstr(entry->d_name, containing) != NULL;
    closedir(open_directory);
    return count;
}

static struct belongings count_belongings(void)
{
    struct belongings now = {.descriptors = entries("/proc/self/fd", "")};
    char line[4096];
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL)
        now.mappings += strchr(line, '\n') != NULL;
    if (maps != NULL)
        fclose(maps);
    return now;
}

static void live_once(const char *name)
{
    ipcq_t *queue = NULL;
    assert_ok(ipcq_open(&queue, name, NULL));
    put_word(queue, "x");
    get_word(queue, "x");
    assert_ok(ipcq_close(queue));
    assert_ok(ipcq_unlink(name));
}

static void ten_thousand_named_queues_leave_nothing(void **state)
{
    struct queue_fixture *fixture = *state;
    live_once(fixture->name);
    struct belongings before = count_belongings();
    for (int life = 1; life < LIVES; ++life)
        live_once(fixture->name);
    struct belongings after = count_belongings();
    assert_int_equal(entries("/dev/shm", fixture->name), 0);
    assert_int_equal(after.descriptors, before.descriptors);
    assert_in_range(after.mappings, before.mappings - 3, before.mappings + 3); /* malloc has mappings of its own */
}

static void live_once_without_a_name(void)
{
    char path[240] = "/dev/shm/ipcq.";
    const size_t prefix = strlen(path);
    ipcq_t *queue = NULL;
    assert_ok(ipcq_open(&queue, NULL, NULL));
    assert_ok(ipcq_name(queue, path + prefix, sizeof path - prefix));
    assert_int_equal(access(path, F_OK), 0);
    assert_ok(ipcq_close(queue));
    assert_int_equal(access(path, F_OK), -1);
}

static void anonymous_queues_leave_nothing(void **state)
{
    (void)state;
    live_once_without_a_name();
    struct belongings before = count_belongings();
    for (int life = 1; life < LIVES / 10; ++life)
        live_once_without_a_name();
    struct belongings after = count_belongings();
    assert_int_equal(after.descriptors, before.descriptors);
    assert_in_range(after.mappings, before.mappings - 3, before.mappings + 3);
}

static int use_inherited(void *queue)
{
    CHILD_CHECK(ipcq_put(queue, "x", 1, IPCQ_NOWAIT) == IPCQ_OK);
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK);
    return 0;
}

/* More lives than there are slots: each slot is used again and again. */
static void children_leave_nothing(void **state)
{
    struct queue_fixture *fixture = *state;
    struct belongings before = count_belongings();
    for (int life = 0; life < 100; ++life) {
        assert_int_equal(child_run(use_inherited, fixture->queue), 0);
        get_word(fixture->queue, "x");
    }
    struct belongings after = count_belongings();
    assert_int_equal(after.descriptors, before.descriptors);
    assert_in_range(after.mappings, before.mappings - 3, before.mappings + 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAME_TEST(ten_thousand_named_queues_leave_nothing),
        NAME_TEST(anonymous_queues_leave_nothing),
        QUEUE_TEST(children_leave_nothing, PLAIN, .max_participants = 4),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
