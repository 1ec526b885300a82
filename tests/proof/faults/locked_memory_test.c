/*
 * Participants that lock all their memory, now and in future: the kernel then gives memory to whatever is mapped. A
 * queue must not take more for that than it uses, and RLIMIT_MEMLOCK must answer by a code.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "environment.h"

#include "support/await.h"
#include "support/child.h"
#include "support/items.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum { ITEM = 60000, MIB = 1 << 20 };

static char item[ITEM];

static int open_large(struct queue_fixture *fixture, ipcq_t **out)
{
    return queue_open_with(fixture, out, (ipcq_options){.flags = IPCQ_PLAIN, .capacity_bytes = 256 << 20});
}

/* What no item needs: header, slots, the table of 8192 places, the first segment. */
enum { EMPTY_QUEUE = 512 << 10 };

static int make_and_use(void *state)
{
    struct queue_fixture *fixture = state;
    ipcq_t *queue = NULL;
    size_t size = 0;
    CHILD_CHECK(own_shm("size=1g"));
    CHILD_CHECK(mlockall(MCL_CURRENT | MCL_FUTURE) == 0);
    CHILD_CHECK(open_large(fixture, &queue) == IPCQ_OK);
    CHILD_CHECK(used_shm() <= EMPTY_QUEUE);
    for (int i = 0; i < 100; ++i)
        CHILD_CHECK(ipcq_put(queue, item, sizeof item, IPCQ_NOWAIT) == IPCQ_OK);
    CHILD_CHECK(used_shm() <= EMPTY_QUEUE + 110 * 65536);
    while (ipcq_get(queue, item, sizeof item, &size, IPCQ_NOWAIT) == IPCQ_OK)
        CHILD_CHECK(size == ITEM);
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK);
    return 0;
}

/* The mapping counts as locked whole, so the usual 8 MiB are too little for it. What is mapped already stays
 * unlocked. */
static int lock_with_a_limit(void *state)
{
    struct queue_fixture *fixture = state;
    ipcq_t *queue = NULL;
    CHILD_CHECK(setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){4 * MIB, 4 * MIB}) == 0);
    CHILD_CHECK(become(61001, 61001));
    CHILD_CHECK(mlockall(MCL_FUTURE) == 0);
    int code = open_large(fixture, &queue);
    CHILD_CHECK(code == IPCQ_SPACELIMIT || code == IPCQ_NOMEM);
    CHILD_CHECK(queue == NULL && access(fixture->path, F_OK) == -1);
    CHILD_CHECK(queue_open_with(fixture, &queue, (ipcq_options){.capacity_bytes = MIB}) == IPCQ_OK);
    CHILD_CHECK(put_number(queue, 1, IPCQ_NOWAIT) == IPCQ_OK && ipcq_close(queue) == IPCQ_OK);
    CHILD_CHECK(ipcq_unlink(fixture->name) == IPCQ_OK);
    CHILD_CHECK(open_large(fixture, &queue) == code && strstr(fixture->message, "RLIMIT_MEMLOCK") != NULL);
    return 0;
}

static void a_queue_under_mlockall_takes_what_it_uses(void **state) { RUN_OR_SKIP(make_and_use, *state); }

static void too_little_memory_to_lock_is_an_answer(void **state) { RUN_OR_SKIP(lock_with_a_limit, *state); }

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAME_TEST(a_queue_under_mlockall_takes_what_it_uses),
        NAME_TEST(too_little_memory_to_lock_is_an_answer),
    };
    return cmocka_run_group_tests(tests, skip_without_root, NULL);
}
