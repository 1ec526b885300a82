/*
 * A program has registered handlers with pthread_atfork() before it opened its first queue. They may use queues: they
 * run between the library's own handlers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/child.h"
#include "support/items.h"

#include <pthread.h>
#include <stdbool.h>

static ipcq_t *used; /* by the handlers; NULL: not at all */
static bool handlers_failed;

static void check(bool condition) { handlers_failed = handlers_failed || !condition; }

/* All that may meet the fork gate. */
static void use_everything(uint64_t number)
{
    ipcq_t *other = NULL;
    uint64_t got = 0;
    if (used == NULL)
        return;
    check(put_number(used, number, IPCQ_NOWAIT) == IPCQ_OK);
    check(get_number(used, &got, NULL, IPCQ_NOWAIT) == IPCQ_OK && got == number);
    check(ipcq_open(&other, NULL, NULL) == IPCQ_OK);
    check(put_number(other, number, IPCQ_NOWAIT) == IPCQ_OK);
    check(ipcq_close(other) == IPCQ_OK);
}

static void before_fork(void) { use_everything(1); }
static void in_parent(void) { use_everything(2); }
static void in_child(void) { use_everything(3); }

static int look(void *queue)
{
    ipcq_stats stats = {.struct_size = sizeof stats};
    uint64_t number = 0;
    CHILD_CHECK(!handlers_failed);
    CHILD_CHECK(put_number(queue, 4, IPCQ_NOWAIT) == IPCQ_OK &&
                get_number(queue, &number, NULL, IPCQ_NOWAIT) == IPCQ_OK);
    CHILD_CHECK(ipcq_stat(queue, &stats) == IPCQ_OK && stats.participants == 2); /* the child is one, not two */
    return 0;
}

static void handlers_may_use_a_queue(void **state)
{
    struct queue_fixture *fixture = *state;
    used = fixture->queue;
    int result = child_run(look, fixture->queue);
    used = NULL;
    assert_int_equal(result, 0);
    assert_false(handlers_failed);
    assert_holds(fixture->queue, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {QUEUE_TEST(handlers_may_use_a_queue, PLAIN)};
    if (pthread_atfork(before_fork, in_parent, in_child) != 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
