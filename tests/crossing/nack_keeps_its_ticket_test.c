/*
 * A process is stopped with the head's lock. A nack that cannot be made beside it says why, and changes nothing. The
 * item is still the caller's, and so is its ticket.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/await.h"
#include "support/child.h"
#include "support/hooks.h"
#include "support/items.h"

#include <unistd.h>

static int take_and_stop_with_the_head(void *queue)
{
    uint64_t number = 0;
    ipcq_item item;
    CHILD_CHECK(ipcq_size(queue, &number) == IPCQ_OK); /* attaches */
    ipcq_test_stop_at("head_locked");
    CHILD_CHECK(get_number(queue, &number, &item, IPCQ_NOWAIT) == IPCQ_OK);
    ipcq_test_stop_at(NULL);
    CHILD_CHECK(number == 1 && ipcq_task_done(queue, item.ticket) == IPCQ_OK);
    return 0;
}

/* Two items: the caller's and the one that the stopped process is about to take. */
static uint64_t take_the_first_of_two(ipcq_t *queue, pid_t *out_holder)
{
    uint64_t number = 0;
    ipcq_item item = {0};
    if (put_number(queue, 0, IPCQ_NOWAIT) != IPCQ_OK || put_number(queue, 1, IPCQ_NOWAIT) != IPCQ_OK ||
        get_number(queue, &number, &item, IPCQ_NOWAIT) != IPCQ_OK)
        return 0;
    *out_holder = child_start(take_and_stop_with_the_head, queue);
    return child_wait_stopped(*out_holder) ? item.ticket : 0;
}

static void a_busy_nack_can_be_repeated(void **state)
{
    ipcq_t *queue = ((struct queue_fixture *)*state)->queue;
    uint64_t number = 1;
    ipcq_item item;
    pid_t holder = 0;
    const uint64_t ticket = take_the_first_of_two(queue, &holder);
    assert_true(ticket != 0);
    assert_code(ipcq_nack(queue, ticket), IPCQ_BUSY);
    assert_code(ipcq_nack(queue, IPCQ_OLDEST), IPCQ_BUSY);
    assert_int_equal(stats_of(queue).taken, 1);
    assert_int_equal(stats_of(queue).nacks, 0);
    assert_int_equal(child_finish(holder), 0);
    assert_ok(ipcq_nack(queue, ticket));
    assert_code(ipcq_nack(queue, ticket), IPCQ_NOTTAKEN);
    assert_ok(get_number(queue, &number, &item, IPCQ_NOWAIT));
    assert_int_equal(number, 0);
    assert_int_equal(item.deliveries, 1);
    assert_ok(ipcq_task_done(queue, item.ticket));
    assert_ok(ipcq_join(queue, IPCQ_NOWAIT));
}

static void an_item_is_finished_after_a_busy_nack(void **state)
{
    ipcq_t *queue = ((struct queue_fixture *)*state)->queue;
    pid_t holder = 0;
    const uint64_t ticket = take_the_first_of_two(queue, &holder);
    assert_true(ticket != 0);
    assert_code(ipcq_nack(queue, ticket), IPCQ_BUSY);
    assert_ok(ipcq_task_done(queue, ticket));
    assert_int_equal(child_finish(holder), 0);
    assert_ok(ipcq_join(queue, IPCQ_NOWAIT));
}

struct blind {
    struct queue_fixture *fixture;
    bool finish; /* else give back once more */
};

/* It cannot learn whether the holder is dead. */
static int nack_blindly(void *argument)
{
    const struct blind *blind = argument;
    ipcq_t *queue = blind->fixture->queue;
    uint64_t number = 1;
    ipcq_item item;
    pid_t holder = 0;
    const uint64_t ticket = take_the_first_of_two(queue, &holder);
    CHILD_CHECK(ticket != 0 && ipcq_unlink(blind->fixture->name) == IPCQ_OK);
    for (int fd = 3; fd < 64; ++fd)
        close(fd);
    CHILD_CHECK(ipcq_nack(queue, ticket) == IPCQ_SYSTEM);
    CHILD_CHECK(child_finish(holder) == 0);
    if (!blind->finish) {
        CHILD_CHECK(ipcq_nack(queue, ticket) == IPCQ_OK && ipcq_nack(queue, ticket) == IPCQ_NOTTAKEN);
        CHILD_CHECK(get_number(queue, &number, &item, IPCQ_NOWAIT) == IPCQ_OK && number == 0 && item.deliveries == 1);
        CHILD_CHECK(ipcq_task_done(queue, item.ticket) == IPCQ_OK);
    } else {
        CHILD_CHECK(ipcq_task_done(queue, ticket) == IPCQ_OK);
    }
    CHILD_CHECK(ipcq_join(queue, IPCQ_FOREVER) == IPCQ_OK);
    return 0;
}

static void a_nack_that_answers_system_can_be_repeated(void **state)
{
    struct blind blind = {.fixture = *state};
    assert_int_equal(child_run(nack_blindly, &blind), 0);
    assert_holds(blind.fixture->queue, 0, 0);
}

static void an_item_is_finished_after_a_nack_that_answers_system(void **state)
{
    struct blind blind = {.fixture = *state, .finish = true};
    assert_int_equal(child_run(nack_blindly, &blind), 0);
    assert_holds(blind.fixture->queue, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(a_busy_nack_can_be_repeated, JOINABLE),
        QUEUE_TEST(an_item_is_finished_after_a_busy_nack, JOINABLE),
        QUEUE_TEST(a_nack_that_answers_system_can_be_repeated, JOINABLE),
        QUEUE_TEST(an_item_is_finished_after_a_nack_that_answers_system, JOINABLE),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
