/*
 * A queue of its own for each test, with a name that is unique on the machine. The teardown removes it, kills the
 * test's children and closes the handle. CMocka runs the teardown after a failure too. A test is registered by
 *
 *     QUEUE_TEST(function, PLAIN)            its fixture has an open queue
 *     NAME_TEST(function)                    its fixture has a name that nobody uses
 *
 * and gets at its fixture by `struct queue_fixture *fixture = *state`.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef QUEUE_FIXTURE_H
#define QUEUE_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <ipcq.h>

struct queue_fixture {
    char name[160];
    char path[200];    /* of the shared memory object */
    ipcq_t *queue;     /* NULL in a NAME_TEST, unless the test opens it; closed in the teardown if it is not NULL */
    char message[256]; /* of the last queue_open_with() */
};

/* What a test needs before it starts. */
struct queue_plan {
    const char *test;
    uint32_t flags;
    uint64_t max_items;
    uint64_t capacity_bytes;
    uint32_t max_participants;
    int name_only;
};

int queue_setup(void **state);
int queue_teardown(void **state);

#define PLAIN .flags = IPCQ_PLAIN
#define JOINABLE .flags = IPCQ_JOINABLE

/* For the table of tests, which has to be a local variable of main(): the plan lives as long as that. */
#define PLANNED_TEST(function, ...)                                                                                    \
    cmocka_unit_test_prestate_setup_teardown(function, queue_setup, queue_teardown,                                    \
                                             (&(struct queue_plan){.test = #function, __VA_ARGS__}))
#define QUEUE_TEST(function, ...) PLANNED_TEST(function, __VA_ARGS__)
#define NAME_TEST(function) PLANNED_TEST(function, .name_only = 1)

/* Seconds that each test has unless it calls watchdog_start() itself. */
enum { TEST_SECONDS = 120 };

/* Opens the fixture's name with these options into *out_queue; the fixture's message receives what ipcq_open() says. */
int queue_open_with(struct queue_fixture *fixture, ipcq_t **out_queue, ipcq_options options);

/* A second handle of this process to the fixture's queue; fails the test if it cannot be had. Close it yourself. */
ipcq_t *queue_open_again(struct queue_fixture *fixture);

/* Removes the names of all living fixtures. Async-signal-safe. */
void queue_fixture_remove_all(void);

#endif
