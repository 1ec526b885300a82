/* SPDX-License-Identifier: Apache-2.0 */
#include "queue_fixture.h"

#include "child.h"
#include "watchdog.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct queue_fixture *current; /* CMocka runs one test at a time */

static void make_name(struct queue_fixture *fixture)
{
    static unsigned count;
    snprintf(fixture->name, sizeof fixture->name, "test.%.80s.%d.%u", program_invocation_short_name, (int)getpid(),
             count++);
    snprintf(fixture->path, sizeof fixture->path, "/dev/shm/ipcq.%s", fixture->name);
    unlink(fixture->path); /* what a killed test run of the same pid may have left */
}

int queue_setup(void **state)
{
    const struct queue_plan *plan = *state;
    struct queue_fixture *fixture = calloc(1, sizeof *fixture);
    if (fixture == NULL)
        return -1;
    make_name(fixture);
    current = fixture;
    watchdog_start(TEST_SECONDS, plan->test);
    *state = fixture;
    if (plan->name_only)
        return 0;

    int code = queue_open_with(fixture, &fixture->queue,
                               (ipcq_options){.flags = plan->flags | IPCQ_CREATE_ONLY,
                                              .max_items = plan->max_items,
                                              .capacity_bytes = plan->capacity_bytes,
                                              .max_participants = plan->max_participants});
    if (code != IPCQ_OK)
        print_error("%s: open: %s\n", plan->test, fixture->message);
    return code;
}

int queue_teardown(void **state)
{
    struct queue_fixture *fixture = *state;
    child_kill_all();
    if (fixture->queue != NULL)
        ipcq_close(fixture->queue);
    queue_fixture_remove_all();
    watchdog_stop();
    current = NULL;
    free(fixture);
    return 0;
}

int queue_open_with(struct queue_fixture *fixture, ipcq_t **out_queue, ipcq_options options)
{
    options.struct_size = sizeof options;
    options.message = fixture->message;
    options.message_capacity = sizeof fixture->message;
    return ipcq_open(out_queue, fixture->name, &options);
}

ipcq_t *queue_open_again(struct queue_fixture *fixture)
{
    ipcq_t *queue = NULL;
    assert_int_equal(ipcq_open(&queue, fixture->name, NULL), IPCQ_OK);
    return queue;
}

void queue_fixture_remove_all(void)
{
    if (current != NULL)
        unlink(current->path);
}
