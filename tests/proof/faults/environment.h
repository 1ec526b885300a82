/*
 * A /dev/shm of one's own, made small and filled by strangers. Only for children: a process that enters it never comes
   back.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef ENVIRONMENT_H
#define ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A tmpfs of this size and these options ("size=4m") over /dev/shm, in a mount namespace of the process. False: no
 * right to. */
bool own_shm(const char *options);

/* A stranger's file takes all memory that is left but `spare` bytes; giving it back. */
void fill_shm(size_t spare);
void drain_shm(void);

size_t free_shm(void);
size_t used_shm(void);

/* Gives up the rights of root, with this user and group and no other. False if that is not possible. */
bool become(uid_t user, gid_t group);

/* CMocka group setup: leaves with 77 unless root with namespaces. */
int skip_without_root(void **state);

/* For a child that cannot do its test: the parent's RUN_OR_SKIP skips the test. */
enum { CHILD_SKIPS = 77 };
#define RUN_OR_SKIP(function, fixture)                                                                                 \
    do {                                                                                                               \
        int answer_ = child_run(function, fixture);                                                                    \
        if (answer_ == CHILD_SKIPS)                                                                                    \
            skip();                                                                                                    \
        assert_int_equal(answer_, 0);                                                                                  \
    } while (0)

#endif
