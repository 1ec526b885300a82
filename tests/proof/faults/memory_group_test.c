/*
 * A participant in a memory control group of 16 MiB puts until the kernel kills it. Shared memory is charged to the
 * process that touches it first, so the kill comes in the middle of growing.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "environment.h"

#include "support/await.h"
#include "support/child.h"
#include "support/items.h"
#include "valid/snapshot.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ITEM = 60000 };

static char item[ITEM];
static char group[120];

static bool write_file(const char *folder, const char *name, const char *text)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    bool ok = file != NULL && fputs(text, file) >= 0;
    if (file != NULL)
        ok = fclose(file) == 0 && ok;
    return ok;
}

/* Either version of control groups; a group of ours below the root. */
static bool make_group(void)
{
    static const struct {
        const char *root, *limit;
    } versions[] = {{"/sys/fs/cgroup/memory", "memory.limit_in_bytes"}, {"/sys/fs/cgroup", "memory.max"}};
    for (unsigned i = 0; i < 2; ++i) {
        snprintf(group, sizeof group, "%s/ipcq-faults-%d", versions[i].root, (int)getpid());
        if (mkdir(group, 0755) != 0)
            continue;
        if (write_file(group, versions[i].limit, "16777216"))
            return true;
        rmdir(group);
    }
    return false;
}

static void remove_group(void)
{
    for (int i = 0; i < 1000 && rmdir(group) != 0 && errno == EBUSY; ++i)
        usleep(1000); /* the kernel lets go of the dead a moment later */
}

static int put_until_killed(void *state)
{
    struct queue_fixture *fixture = state;
    ipcq_t *own = NULL;
    CHILD_CHECK(write_file(group, "cgroup.procs", "0"));
    CHILD_CHECK(queue_open_with(fixture, &own, (ipcq_options){.flags = IPCQ_OPEN_ONLY}) == IPCQ_OK);
    for (uint64_t i = 0; i < 2000; ++i) {
        memcpy(item, &i, sizeof i);
        int code = ipcq_put(own, item, sizeof item, IPCQ_NOWAIT);
        CHILD_CHECK(code == IPCQ_OK);
    }
    return 0;
}

static void a_kill_for_memory_loses_nothing(void **state)
{
    struct queue_fixture *fixture = *state;
    char text[SNAPSHOT_TEXT] = "";
    size_t size = 0;
    uint64_t count = 0, number = 0;
    int code = IPCQ_OK;
    if (!make_group()) {
        print_message("SKIP: no right to make a memory control group\n");
        skip();
    }
    int answer = child_run(put_until_killed, fixture);
    remove_group();
    if (answer != -SIGKILL)
        print_message("the child was not killed: %d\n", answer);
    while ((code = ipcq_get(fixture->queue, item, sizeof item, &size, IPCQ_NOWAIT)) == IPCQ_OK) {
        memcpy(&number, item, sizeof number);
        assert_int_equal(number, count++);
        assert_ok(ipcq_task_done(fixture->queue, IPCQ_OLDEST));
    }
    assert_code(code, IPCQ_EMPTY);
    assert_int_equal(answer, -SIGKILL);
    assert_true(count > 50);
    assert_ok(ipcq_join(fixture->queue, ipcq_deadline(60)));
    for (uint64_t i = 0; i < 500; ++i) /* a process that has the memory goes on */
        assert_ok(ipcq_put(fixture->queue, item, sizeof item, IPCQ_NOWAIT));
    struct snapshot image = {0};
    bool valid = snapshot_take(&image, fixture->path) && snapshot_valid(&image, false, text);
    size_t lost = valid ? snapshot_lost_segments(&image) : 0;
    snapshot_free(&image);
    if (!valid)
        print_message("%s\n", text);
    assert_true(valid);
    assert_int_equal(lost, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(a_kill_for_memory_loses_nothing, JOINABLE, .capacity_bytes = 128 << 20),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
