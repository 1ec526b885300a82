/* SPDX-License-Identifier: Apache-2.0 */
#include "support/await.h"
#include "support/child.h"
#include "support/items.h"

static void it_says_what_the_queue_was_made_with(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_stats stats = stats_of(fixture->queue);
    assert_int_equal(stats.struct_size, sizeof stats);
    assert_int_equal(stats.joinable, 1);
    assert_int_equal(stats.max_items, 11);
    assert_int_equal(stats.capacity_bytes, 1 << 22);
    assert_int_equal(stats.max_participants, 17);
    assert_int_equal(stats.participants, 1);
    assert_int_equal(stats.shutdown, 0);
    assert_in_range(stats.item_max_bytes, 1, 1 << 22);
}

static void totals_follow_each_call(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    put_word(fixture->queue, "2");
    put_word(fixture->queue, "3");
    get_word(fixture->queue, "1");
    get_word(fixture->queue, "2");
    assert_ok(ipcq_task_done(fixture->queue, IPCQ_OLDEST));
    assert_ok(ipcq_nack(fixture->queue, IPCQ_OLDEST));
    get_word(fixture->queue, "2");

    ipcq_stats stats = stats_of(fixture->queue);
    assert_int_equal(stats.items, 1);
    assert_int_equal(stats.taken, 1);
    assert_int_equal(stats.puts, 3);
    assert_int_equal(stats.gets, 3);
    assert_int_equal(stats.dones, 1);
    assert_int_equal(stats.nacks, 1);
    assert_int_equal(stats.redelivered, 1);
    assert_int_equal(stats.recovered, 0);
}

static void totals_outlive_the_handles_they_were_made_by(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_t *second = queue_open_again(fixture);
    put_word(second, "1");
    put_word(second, "2");
    get_word(second, "1");
    assert_ok(ipcq_task_done(second, IPCQ_OLDEST));
    get_word(second, "2");
    assert_ok(ipcq_close(second));

    ipcq_stats stats = stats_of(fixture->queue);
    assert_int_equal(stats.puts, 2);
    assert_int_equal(stats.gets, 2);
    assert_int_equal(stats.dones, 1);
    assert_int_equal(stats.nacks, 1);
    assert_int_equal(stats.participants, 1);
}

static int take_and_die(void *queue)
{
    uint64_t number = 0;
    CHILD_CHECK(get_number(queue, &number, NULL, IPCQ_NOWAIT) == IPCQ_OK);
    return 0;
}

static void what_the_dead_had_taken_is_recovered(void **state)
{
    struct queue_fixture *fixture = *state;
    assert_ok(put_number(fixture->queue, 1, IPCQ_NOWAIT));
    assert_int_equal(child_run(take_and_die, fixture->queue), 0);
    await_recovered(fixture->queue, 1);
    ipcq_stats stats = stats_of(fixture->queue);
    assert_int_equal(stats.items, 1);
    assert_int_equal(stats.recovered, 1);
    assert_int_equal(stats.redelivered, 1);
    assert_int_equal(stats.nacks, 0);
}

static void bytes_grow_with_the_items_and_are_backed(void **state)
{
    struct queue_fixture *fixture = *state;
    static const char item[1000];
    uint64_t before = stats_of(fixture->queue).bytes_used;
    for (int i = 0; i < 100; ++i)
        assert_ok(ipcq_put(fixture->queue, item, sizeof item, IPCQ_NOWAIT));
    ipcq_stats stats = stats_of(fixture->queue);
    assert_in_range(stats.bytes_used - before, 100 * 1016, 100 * 1024);
    assert_true(stats.bytes_backed >= stats.bytes_used);
    assert_true(stats.bytes_backed <= stats.capacity_bytes);
}

static int sleep_for_an_item(void *queue)
{
    uint64_t number = 0;
    return get_number(queue, &number, NULL, IPCQ_FOREVER) == IPCQ_CLOSED ? 0 : 1;
}

static void sleepers_and_participants_are_counted(void **state)
{
    struct queue_fixture *fixture = *state;
    pid_t first = child_start(sleep_for_an_item, fixture->queue);
    pid_t second = child_start(sleep_for_an_item, fixture->queue);
    await_getters(fixture->queue, 2);
    assert_int_equal(stats_of(fixture->queue).participants, 3);
    assert_ok(ipcq_shutdown(fixture->queue, IPCQ_DRAIN));
    assert_int_equal(child_wait(first), 0);
    assert_int_equal(child_wait(second), 0);
    await_participants(fixture->queue, 1);
}

static int sleep_for_room(void *queue) { return put_number(queue, 2, IPCQ_FOREVER) == IPCQ_OK ? 0 : 1; }

static int sleep_for_the_end(void *queue) { return ipcq_join(queue, IPCQ_FOREVER) == IPCQ_OK ? 0 : 1; }

static void kill_two_of_three(ipcq_t *queue, child_function *sleep, void (*await)(ipcq_t *, uint32_t), pid_t *out_left)
{
    pid_t first = child_start(sleep, queue), second = child_start(sleep, queue);
    *out_left = child_start(sleep, queue);
    await(queue, 3);
    child_kill(first);
    child_kill(second);
}

static void killed_getters_are_not_counted(void **state)
{
    struct queue_fixture *fixture = *state;
    pid_t left = 0;
    kill_two_of_three(fixture->queue, sleep_for_an_item, await_getters, &left);
    assert_true(stats_of(fixture->queue).getters_waiting <= 1);
    await_getters(fixture->queue, 1);
    assert_ok(ipcq_shutdown(fixture->queue, IPCQ_DRAIN));
    assert_int_equal(child_wait(left), 0);
    assert_int_equal(stats_of(fixture->queue).getters_waiting, 0);
}

static void killed_putters_are_not_counted(void **state)
{
    struct queue_fixture *fixture = *state;
    pid_t left = 0;
    assert_ok(put_number(fixture->queue, 1, IPCQ_NOWAIT));
    kill_two_of_three(fixture->queue, sleep_for_room, await_putters, &left);
    assert_true(stats_of(fixture->queue).putters_waiting <= 1);
    await_putters(fixture->queue, 1);
    uint64_t number = 0;
    assert_ok(get_number(fixture->queue, &number, NULL, IPCQ_NOWAIT));
    assert_int_equal(child_wait(left), 0);
    assert_int_equal(stats_of(fixture->queue).putters_waiting, 0);
}

static void killed_joiners_are_not_counted(void **state)
{
    struct queue_fixture *fixture = *state;
    pid_t left = 0;
    uint64_t number = 0;
    assert_ok(put_number(fixture->queue, 1, IPCQ_NOWAIT));
    assert_ok(get_number(fixture->queue, &number, NULL, IPCQ_NOWAIT));
    kill_two_of_three(fixture->queue, sleep_for_the_end, await_joiners, &left);
    assert_true(stats_of(fixture->queue).joiners_waiting <= 1);
    await_joiners(fixture->queue, 1);
    assert_ok(ipcq_task_done(fixture->queue, IPCQ_OLDEST));
    assert_int_equal(child_wait(left), 0);
    assert_int_equal(stats_of(fixture->queue).joiners_waiting, 0);
}

static int hold_a_handle(void *argument)
{
    const struct queue_fixture *fixture = argument;
    ipcq_t *queue = NULL;
    const ipcq_options options = {.struct_size = sizeof options, .flags = IPCQ_OPEN_ONLY};
    CHILD_CHECK(ipcq_open(&queue, fixture->name, &options) == IPCQ_OK);
    ipcq_stats stats = {.struct_size = sizeof stats};
    CHILD_CHECK(ipcq_stat(queue, &stats) == IPCQ_OK);
    CHILD_CHECK(stats.participants == 2);
    return (int)stats.getters_waiting;
}

static void an_entrant_does_not_wait_where_the_dead_did(void **state)
{
    struct queue_fixture *fixture = *state; /* it has two slots */
    pid_t sleeper = child_start(sleep_for_an_item, fixture->queue);
    await_getters(fixture->queue, 1);
    child_kill(sleeper);
    assert_int_equal(child_run(hold_a_handle, fixture), 0);
}

static void wrong_arguments_are_refused(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_stats stats = {.struct_size = sizeof stats};
    assert_code(ipcq_stat(NULL, &stats), IPCQ_INVALID);
    assert_code(ipcq_stat(fixture->queue, NULL), IPCQ_INVALID);
    stats.struct_size = 0;
    assert_code(ipcq_stat(fixture->queue, &stats), IPCQ_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(it_says_what_the_queue_was_made_with, JOINABLE, .max_items = 11, .capacity_bytes = 1 << 22,
                   .max_participants = 17),
        QUEUE_TEST(totals_follow_each_call, JOINABLE),
        QUEUE_TEST(totals_outlive_the_handles_they_were_made_by, JOINABLE),
        QUEUE_TEST(what_the_dead_had_taken_is_recovered, JOINABLE),
        QUEUE_TEST(bytes_grow_with_the_items_and_are_backed, PLAIN),
        QUEUE_TEST(sleepers_and_participants_are_counted, PLAIN),
        QUEUE_TEST(killed_getters_are_not_counted, PLAIN),
        QUEUE_TEST(killed_putters_are_not_counted, PLAIN, .max_items = 1),
        QUEUE_TEST(killed_joiners_are_not_counted, JOINABLE),
        QUEUE_TEST(an_entrant_does_not_wait_where_the_dead_did, PLAIN, .max_participants = 2),
        QUEUE_TEST(wrong_arguments_are_refused, PLAIN),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
