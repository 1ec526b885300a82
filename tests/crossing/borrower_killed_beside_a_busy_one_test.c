/* SPDX-License-Identifier: Apache-2.0 */
#include "support/child.h"
#include "support/items.h"

#include <signal.h>

enum { FIRST = 1, OTHER };

static int borrow_and_hold(void *queue)
{
    ipcq_view view;
    CHILD_CHECK(ipcq_borrow(queue, &view, IPCQ_ACCEPT_ALL, NULL) == IPCQ_OK);
    CHILD_CHECK(*(const uint64_t *)view.data == FIRST);
    raise(SIGSTOP);
    return 0;
}

/* Nobody sleeps, nobody opens the queue, and it never runs dry: only the getter itself can notice. Until then the
 * segments behind the borrowed item cannot be used again; there are enough for some seconds. */
static void its_item_comes_back_before_the_memory_is_used_up(void **state)
{
    struct queue_fixture *fixture = *state;
    uint64_t number = 0;
    ipcq_item item = {0};
    assert_ok(put_number(fixture->queue, FIRST, IPCQ_NOWAIT));
    for (int i = 0; i < 10; ++i)
        assert_ok(put_number(fixture->queue, OTHER, IPCQ_NOWAIT));
    pid_t borrower = child_start(borrow_and_hold, fixture->queue);
    assert_true(child_wait_stopped(borrower));
    child_kill(borrower);
    while (number != FIRST) {
        assert_ok(put_number(fixture->queue, OTHER, IPCQ_NOWAIT));
        assert_ok(get_number(fixture->queue, &number, &item, IPCQ_NOWAIT));
        if (item.ticket != 0)
            assert_ok(ipcq_task_done(fixture->queue, item.ticket));
    }
    assert_int_equal(item.deliveries, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(its_item_comes_back_before_the_memory_is_used_up, PLAIN, .capacity_bytes = UINT64_C(256) << 20),
        QUEUE_TEST(its_item_comes_back_before_the_memory_is_used_up, JOINABLE, .capacity_bytes = UINT64_C(256) << 20),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
