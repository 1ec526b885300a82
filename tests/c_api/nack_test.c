/* SPDX-License-Identifier: Apache-2.0 */
#include "support/await.h"
#include "support/child.h"
#include "support/items.h"
#include "support/watchdog.h"

static void the_item_returns_to_its_place_with_its_deliveries_raised(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    put_word(fixture->queue, "2");
    put_word(fixture->queue, "3");
    get_word(fixture->queue, "1");
    uint64_t second = get_word(fixture->queue, "2").ticket;
    assert_ok(ipcq_nack(fixture->queue, second));
    assert_holds(fixture->queue, 2, 1);
    assert_int_equal(get_word(fixture->queue, "2").deliveries, 1);
    assert_int_equal(get_word(fixture->queue, "3").deliveries, 0);
}

static void without_a_ticket_the_oldest_goes_back(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    put_word(fixture->queue, "2");
    get_word(fixture->queue, "1");
    get_word(fixture->queue, "2");
    assert_ok(ipcq_nack(fixture->queue, IPCQ_OLDEST));
    get_word(fixture->queue, "1");
    assert_ok(ipcq_nack(fixture->queue, IPCQ_OLDEST_OF_THREAD));
    get_word(fixture->queue, "2");
}

static void the_old_ticket_is_stale(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    uint64_t stale = get_word(fixture->queue, "1").ticket;
    assert_ok(ipcq_nack(fixture->queue, stale));
    assert_code(ipcq_nack(fixture->queue, stale), IPCQ_NOTTAKEN);
    assert_code(ipcq_task_done(fixture->queue, stale), IPCQ_NOTTAKEN);
    uint64_t fresh = get_word(fixture->queue, "1").ticket;
    assert_ok(ipcq_task_done(fixture->queue, fresh));
}

static void deliveries_count_up_to_255(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "poison");
    for (uint32_t i = 0; i < 300; ++i) {
        assert_int_equal(get_word(fixture->queue, "poison").deliveries, i < 255 ? i : 255);
        assert_ok(ipcq_nack(fixture->queue, IPCQ_OLDEST));
    }
}

static void a_full_queue_takes_its_own_back(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    get_word(fixture->queue, "1");
    put_word(fixture->queue, "2");
    assert_ok(ipcq_nack(fixture->queue, IPCQ_OLDEST));
    assert_holds(fixture->queue, 2, 0);
    assert_code(ipcq_put(fixture->queue, "3", 1, IPCQ_NOWAIT), IPCQ_FULL);
    get_word(fixture->queue, "1");
    assert_code(ipcq_put(fixture->queue, "3", 1, IPCQ_NOWAIT), IPCQ_FULL);
    get_word(fixture->queue, "2");
    put_word(fixture->queue, "3");
}

static int finish_one(void *queue)
{
    uint64_t number = 0;
    ipcq_item item = {0};
    CHILD_CHECK(get_number(queue, &number, &item, IPCQ_FOREVER) == IPCQ_OK);
    CHILD_CHECK(number == 7 && item.deliveries == 1);
    CHILD_CHECK(ipcq_task_done(queue, item.ticket) == IPCQ_OK);
    return 0;
}

static void a_sleeping_getter_wakes_for_it(void **state)
{
    struct queue_fixture *fixture = *state;
    uint64_t number = 0;
    assert_ok(put_number(fixture->queue, 7, IPCQ_NOWAIT));
    assert_ok(get_number(fixture->queue, &number, NULL, IPCQ_NOWAIT));
    pid_t getter = child_start(finish_one, fixture->queue);
    await_getters(fixture->queue, 1);
    assert_ok(ipcq_nack(fixture->queue, IPCQ_OLDEST));
    assert_int_equal(child_wait(getter), 0);
    assert_ok(ipcq_join(fixture->queue, IPCQ_NOWAIT));
}

static void nothing_taken_and_plain_queues_are_errors(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_t *plain = NULL;
    assert_code(ipcq_nack(fixture->queue, IPCQ_OLDEST), IPCQ_NOTTAKEN);
    assert_code(ipcq_nack(NULL, IPCQ_OLDEST), IPCQ_INVALID);
    assert_ok(ipcq_open(&plain, NULL, NULL));
    int code = ipcq_nack(plain, IPCQ_OLDEST);
    ipcq_close(plain);
    assert_code(code, IPCQ_NOTJOINABLE);
}

/* Each goes back before all that went back already. Work that grows with those would take minutes. */
static void many_go_back_from_the_last_to_the_first(void **state)
{
    enum { MANY = 200000, SECONDS = 60 };
    struct queue_fixture *fixture = *state;
    static uint64_t tickets[MANY];
    uint64_t number = 0;
    ipcq_item item;
    for (uint64_t i = 0; i < MANY; ++i) {
        assert_ok(put_number(fixture->queue, i, IPCQ_NOWAIT));
        assert_ok(get_number(fixture->queue, &number, &item, IPCQ_NOWAIT));
        tickets[i] = item.ticket;
    }
    watchdog_start(SECONDS, "many_go_back_from_the_last_to_the_first");
    for (uint64_t i = MANY; i-- > 0;)
        assert_ok(ipcq_nack(fixture->queue, tickets[i]));
    watchdog_start(TEST_SECONDS, "many_go_back_from_the_last_to_the_first");
    assert_holds(fixture->queue, MANY, 0);
    for (uint64_t i = 0; i < MANY; ++i) {
        assert_ok(get_number(fixture->queue, &number, &item, IPCQ_NOWAIT));
        assert_int_equal(number, i);
        assert_int_equal(item.deliveries, 1);
        assert_ok(ipcq_task_done(fixture->queue, item.ticket));
    }
    assert_ok(ipcq_join(fixture->queue, IPCQ_NOWAIT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(the_item_returns_to_its_place_with_its_deliveries_raised, JOINABLE),
        QUEUE_TEST(without_a_ticket_the_oldest_goes_back, JOINABLE),
        QUEUE_TEST(the_old_ticket_is_stale, JOINABLE),
        QUEUE_TEST(deliveries_count_up_to_255, JOINABLE),
        QUEUE_TEST(a_full_queue_takes_its_own_back, JOINABLE, .max_items = 1),
        QUEUE_TEST(a_sleeping_getter_wakes_for_it, JOINABLE),
        QUEUE_TEST(nothing_taken_and_plain_queues_are_errors, JOINABLE),
        QUEUE_TEST(many_go_back_from_the_last_to_the_first, JOINABLE, .capacity_bytes = 64 << 20),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
