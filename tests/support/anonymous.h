/*
 * An anonymous queue, as a test and its children use it and look at its file.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ANONYMOUS_H
#define ANONYMOUS_H

#include "support/await.h"
#include "support/items.h"

#include <stdbool.h>

enum { NAME_BYTES = 202 };

/* The queue of the test; closed in the teardown if it is not NULL. */
extern ipcq_t *anonymous_queue;

/* What ipcq_name() answered, in any process of the test. */
struct told {
    char name[2][NAME_BYTES];
    int code[2];
};
extern struct told *told;

/* Flags that the test's processes share. */
extern struct flag *go, *there, *closed;

int anonymous_setup(void **state);
int anonymous_teardown(void **state);

/* ipcq_open() with this mode. */
int make_anonymous(uint32_t mode);

/* ipcq_name(), whose answer is told under this index. */
int tell_name(int index);

bool leads_to_a_file(const char *name);

/* Of the queue's file, by the descriptor that this process has: how many names it has, and its mode. */
unsigned names_of_file(void);
unsigned mode_of_file(void);

/* Puts an item and takes it: 0. */
int use(ipcq_t *used);

#define ANONYMOUS_TEST(function)                                                                                       \
    cmocka_unit_test_prestate_setup_teardown(function, anonymous_setup, anonymous_teardown,                            \
                                             (&(struct queue_plan){.test = #function, .name_only = 1}))

#endif
