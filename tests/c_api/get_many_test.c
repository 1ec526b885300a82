/* SPDX-License-Identifier: Apache-2.0 */
#include "support/await.h"
#include "support/child.h"
#include "support/items.h"

#include <string.h>

enum { MANY = 3000 };

static const ipcq_wait nowait = {.deadline_ns = IPCQ_NOWAIT};

static char buffer[1 << 20];
static ipcq_view views[MANY];

static void put_numbers(ipcq_t *queue, uint64_t first, uint64_t count)
{
    for (uint64_t i = 0; i < count; ++i)
        assert_ok(put_number(queue, first + i, IPCQ_NOWAIT));
}

/* Without waiting, of any type: how many there were. */
static size_t get_up_to(ipcq_t *queue, size_t capacity, size_t max_views)
{
    size_t got = 0;
    assert_ok(ipcq_get_many(queue, buffer, capacity, views, max_views, &got, IPCQ_ACCEPT_ALL, &nowait));
    assert_in_range(got, 1, max_views);
    return got;
}

static uint64_t number_in(const ipcq_view *view)
{
    uint64_t number = 0;
    assert_int_equal(view->item.size, sizeof number);
    memcpy(&number, view->data, sizeof number);
    return number;
}

static void all_that_is_ready_comes_in_order(void **state)
{
    struct queue_fixture *fixture = *state;
    static const size_t counts[] = {1, 2, 63, 64, 65, 128, 129, MANY};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; ++i) {
        put_numbers(fixture->queue, i, counts[i]);
        assert_int_equal(get_up_to(fixture->queue, sizeof buffer, MANY), counts[i]);
        for (size_t k = 0; k < counts[i]; ++k)
            assert_int_equal(number_in(&views[k]), i + k);
        assert_holds(fixture->queue, 0, stats_of(fixture->queue).joinable ? counts[i] : 0);
        while (ipcq_task_done(fixture->queue, IPCQ_OLDEST) == IPCQ_OK) {
        }
    }
    assert_int_equal(stats_of(fixture->queue).gets, 1 + 2 + 63 + 64 + 65 + 128 + 129 + MANY);
}

static void each_begins_at_a_multiple_of_8_in_the_buffer(void **state)
{
    struct queue_fixture *fixture = *state;
    static const char *const words[] = {"1", "", "nine bytes", "12345678", "x"};
    static const size_t at[] = {0, 8, 8, 24, 32};
    for (size_t i = 0; i < 5; ++i)
        put_word(fixture->queue, words[i]);
    assert_int_equal(get_up_to(fixture->queue, 33, 10), 5);
    for (size_t i = 0; i < 5; ++i) {
        assert_ptr_equal(views[i].data, buffer + at[i]);
        assert_int_equal(views[i].item.size, strlen(words[i]));
        assert_memory_equal(views[i].data, words[i], strlen(words[i]));
    }
}

static void no_more_than_the_views_are_taken(void **state)
{
    struct queue_fixture *fixture = *state;
    put_numbers(fixture->queue, 0, 200);
    assert_int_equal(get_up_to(fixture->queue, sizeof buffer, 1), 1);
    assert_int_equal(get_up_to(fixture->queue, sizeof buffer, 100), 100);
    assert_int_equal(number_in(&views[0]), 1);
    assert_int_equal(number_in(&views[99]), 100);
    assert_int_equal(stats_of(fixture->queue).items, 99);
}

static void no_more_than_the_buffer_holds_are_taken(void **state)
{
    struct queue_fixture *fixture = *state;
    put_numbers(fixture->queue, 0, 200);
    assert_int_equal(get_up_to(fixture->queue, 8 * 70 + 7, MANY), 70);
    assert_int_equal(get_up_to(fixture->queue, 8, MANY), 1);
    assert_int_equal(number_in(&views[0]), 70);
    assert_int_equal(stats_of(fixture->queue).items, 129);
}

static void items_without_bytes_need_no_buffer(void **state)
{
    struct queue_fixture *fixture = *state;
    size_t got = 0;
    for (int i = 0; i < 3; ++i)
        put_word(fixture->queue, "");
    put_word(fixture->queue, "x");
    assert_ok(ipcq_get_many(fixture->queue, NULL, 0, views, 10, &got, IPCQ_ACCEPT_ALL, &nowait));
    assert_int_equal(got, 3);
    get_word(fixture->queue, "x");
}

static void one_that_is_too_big_ends_the_batch_and_is_told_when_it_is_the_first(void **state)
{
    struct queue_fixture *fixture = *state;
    size_t got = 7;
    put_word(fixture->queue, "1");
    put_word(fixture->queue, "much longer");
    put_word(fixture->queue, "3");
    assert_int_equal(get_up_to(fixture->queue, 16, 10), 1);
    assert_code(ipcq_get_many(fixture->queue, buffer, 10, views, 10, &got, IPCQ_ACCEPT_ALL, &nowait), IPCQ_TOOBIG);
    assert_int_equal(got, 7);
    assert_int_equal(views[0].item.size, 11);
    assert_int_equal(stats_of(fixture->queue).items, 2);
    assert_int_equal(get_up_to(fixture->queue, 24, 10), 2);
}

static void an_unwanted_type_ends_the_batch_and_is_told_when_it_is_the_first(void **state)
{
    struct queue_fixture *fixture = *state;
    const uint64_t bytes = IPCQ_ACCEPT(IPCQ_TYPE_BYTES);
    size_t got = 0;
    put_word(fixture->queue, "1");
    put_word(fixture->queue, "2");
    assert_ok(ipcq_put_typed(fixture->queue, "pickle", 6, IPCQ_TYPE_PICKLE, &nowait));
    put_word(fixture->queue, "4");
    assert_ok(ipcq_get_many(fixture->queue, buffer, sizeof buffer, views, 10, &got, bytes, &nowait));
    assert_int_equal(got, 2);
    got = 7;
    assert_code(ipcq_get_many(fixture->queue, buffer, sizeof buffer, views, 10, &got, bytes, &nowait), IPCQ_WRONGTYPE);
    assert_int_equal(got, 7);
    assert_int_equal(views[0].item.type, IPCQ_TYPE_PICKLE);
    assert_int_equal(views[0].item.size, 6);
    assert_int_equal(get_up_to(fixture->queue, sizeof buffer, 10), 2);
    assert_int_equal(views[0].item.type, IPCQ_TYPE_PICKLE);
    assert_int_equal(views[1].item.type, IPCQ_TYPE_BYTES);
}

static void without_an_item_nothing_is_written(void **state)
{
    struct queue_fixture *fixture = *state;
    const ipcq_wait wait = {.deadline_ns = ipcq_deadline(0.03)};
    size_t got = 7;
    views[0] = (ipcq_view){.data = "mine", .item = {.ticket = 1, .size = 2, .type = 3, .deliveries = 4}};
    const ipcq_view before = views[0];
    assert_code(ipcq_get_many(fixture->queue, buffer, 8, views, 10, &got, IPCQ_ACCEPT_ALL, &nowait), IPCQ_EMPTY);
    assert_code(ipcq_get_many(fixture->queue, buffer, 8, views, 10, &got, IPCQ_ACCEPT_ALL, &wait), IPCQ_TIMEDOUT);
    assert_true(now_ns() >= wait.deadline_ns);
    assert_int_equal(got, 7);
    assert_memory_equal(&views[0], &before, sizeof before);
}

static void a_queue_that_was_shut_down_is_drained_first(void **state)
{
    struct queue_fixture *fixture = *state;
    size_t got = 7;
    put_numbers(fixture->queue, 0, 3);
    assert_ok(ipcq_shutdown(fixture->queue, IPCQ_DRAIN));
    assert_int_equal(get_up_to(fixture->queue, sizeof buffer, 10), 3);
    assert_code(ipcq_get_many(fixture->queue, buffer, 8, views, 10, &got, IPCQ_ACCEPT_ALL, NULL), IPCQ_CLOSED);
    assert_int_equal(got, 7);
}

static int get_the_first(void *queue)
{
    size_t got = 0;
    CHILD_CHECK(ipcq_get_many(queue, buffer, sizeof buffer, views, 10, &got, IPCQ_ACCEPT_ALL, NULL) == IPCQ_OK);
    CHILD_CHECK(got == 1 && memcmp(views[0].data, "first", 5) == 0);
    return 0;
}

static void it_waits_for_the_first_only(void **state)
{
    struct queue_fixture *fixture = *state;
    pid_t getter = child_start(get_the_first, fixture->queue);
    await_getters(fixture->queue, 1);
    put_word(fixture->queue, "first");
    assert_int_equal(child_wait(getter), 0);
}

static int put_two(void *queue)
{
    CHILD_CHECK(put_number(queue, 5, IPCQ_FOREVER) == IPCQ_OK);
    CHILD_CHECK(put_number(queue, 6, IPCQ_FOREVER) == IPCQ_OK);
    return 0;
}

static void sleeping_putters_wake_when_there_is_room(void **state)
{
    struct queue_fixture *fixture = *state;
    put_numbers(fixture->queue, 0, 5);
    pid_t first = child_start(put_two, fixture->queue), second = child_start(put_two, fixture->queue);
    await_putters(fixture->queue, 2);
    assert_int_equal(get_up_to(fixture->queue, sizeof buffer, 5), 5);
    assert_int_equal(child_wait(first), 0);
    assert_int_equal(child_wait(second), 0);
}

/* Sizes below and above what is copied under the lock, a segment of this queue, and several. */
static void large_ones_come_whole_between_small_ones(void **state)
{
    struct queue_fixture *fixture = *state;
    static const size_t sizes[] = {8, 4096, 4097, 16, 70000, 8, 8, 300000, 4096, 24};
    enum { COUNT = sizeof sizes / sizeof sizes[0] };
    static char bytes[300000];
    for (size_t i = 0; i < COUNT; ++i) {
        memset(bytes, 'a' + (int)i, sizes[i]);
        assert_ok(ipcq_put_typed(fixture->queue, bytes, sizes[i], (uint32_t)i, &nowait));
    }
    assert_int_equal(get_up_to(fixture->queue, sizeof buffer, COUNT), COUNT);
    for (size_t i = 0; i < COUNT; ++i) {
        memset(bytes, 'a' + (int)i, sizes[i]);
        assert_int_equal(views[i].item.size, sizes[i]);
        assert_int_equal(views[i].item.type, i);
        assert_memory_equal(views[i].data, bytes, sizes[i]);
    }
    assert_int_equal(stats_of(fixture->queue).items, 0);
}

static void a_plain_queue_gives_no_tickets(void **state)
{
    struct queue_fixture *fixture = *state;
    put_numbers(fixture->queue, 0, 3);
    assert_int_equal(get_up_to(fixture->queue, sizeof buffer, 10), 3);
    for (int i = 0; i < 3; ++i)
        assert_int_equal(views[i].item.ticket, 0);
    assert_holds(fixture->queue, 0, 0);
}

static void each_has_a_ticket_of_its_own_for_any_order(void **state)
{
    struct queue_fixture *fixture = *state;
    put_numbers(fixture->queue, 0, 200);
    assert_int_equal(get_up_to(fixture->queue, sizeof buffer, 200), 200);
    assert_holds(fixture->queue, 0, 200);
    for (int i = 0; i < 200; ++i) {
        assert_code(ipcq_join(fixture->queue, IPCQ_NOWAIT), IPCQ_TIMEDOUT);
        const uint64_t ticket = views[i * 77 % 200].item.ticket; /* 77 and 200 have no divisor in common: each once */
        assert_ok(ipcq_task_done(fixture->queue, ticket));
        assert_code(ipcq_task_done(fixture->queue, ticket), IPCQ_NOTTAKEN);
    }
    assert_ok(ipcq_join(fixture->queue, IPCQ_NOWAIT));
    assert_holds(fixture->queue, 0, 0);
}

static void what_was_given_back_comes_at_its_old_place(void **state)
{
    struct queue_fixture *fixture = *state;
    put_numbers(fixture->queue, 0, 6);
    assert_int_equal(get_up_to(fixture->queue, sizeof buffer, 4), 4);
    assert_ok(ipcq_nack(fixture->queue, views[2].item.ticket));
    assert_ok(ipcq_nack(fixture->queue, views[0].item.ticket));
    assert_int_equal(get_up_to(fixture->queue, sizeof buffer, 10), 4);
    static const uint64_t order[] = {0, 2, 4, 5};
    for (int i = 0; i < 4; ++i) {
        assert_int_equal(number_in(&views[i]), order[i]);
        assert_int_equal(views[i].item.deliveries, i < 2 ? 1 : 0);
    }
    assert_holds(fixture->queue, 0, 6);
}

static void what_others_hold_behind_it_is_not_waited_for(void **state)
{
    struct queue_fixture *fixture = *state;
    size_t got = 0;
    put_numbers(fixture->queue, 0, 3);
    assert_int_equal(get_up_to(fixture->queue, sizeof buffer, 3), 3);
    assert_ok(ipcq_nack(fixture->queue, views[0].item.ticket));
    assert_ok(ipcq_get_many(fixture->queue, buffer, sizeof buffer, views, 10, &got, IPCQ_ACCEPT_ALL, NULL));
    assert_int_equal(got, 1);
    assert_int_equal(number_in(&views[0]), 0);
    assert_holds(fixture->queue, 0, 3);
}

static void closing_gives_all_of_them_back(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_t *second = queue_open_again(fixture);
    size_t got = 0;
    put_numbers(fixture->queue, 0, 100);
    int code = ipcq_get_many(second, buffer, sizeof buffer, views, 90, &got, IPCQ_ACCEPT_ALL, &nowait);
    ipcq_close(second);
    assert_ok(code);
    assert_int_equal(got, 90);
    assert_int_equal(get_up_to(fixture->queue, sizeof buffer, 200), 100);
    for (size_t i = 0; i < 100; ++i) {
        assert_int_equal(number_in(&views[i]), i);
        assert_int_equal(views[i].item.deliveries, i < 90 ? 1 : 0);
    }
}

static int take_all_and_wait(void *queue)
{
    size_t got = 0;
    CHILD_CHECK(ipcq_get_many(queue, buffer, sizeof buffer, views, 90, &got, IPCQ_ACCEPT_ALL, NULL) == IPCQ_OK);
    CHILD_CHECK(ipcq_task_done(queue, views[1].item.ticket) == IPCQ_OK);
    for (;;)
        get_number(queue, &(uint64_t){0}, NULL, IPCQ_FOREVER); /* never returns: it is killed asleep */
}

static void a_killed_process_gives_all_of_them_back(void **state)
{
    struct queue_fixture *fixture = *state;
    put_numbers(fixture->queue, 0, 90);
    pid_t child = child_start(take_all_and_wait, fixture->queue);
    await_taken(fixture->queue, 89);
    await_getters(fixture->queue, 1);
    child_kill(child);
    await_recovered(fixture->queue, 89);
    assert_int_equal(get_up_to(fixture->queue, sizeof buffer, 200), 89);
    for (size_t i = 0; i < 89; ++i) {
        assert_int_equal(number_in(&views[i]), i == 0 ? 0 : i + 1);
        assert_int_equal(views[i].item.deliveries, 1);
    }
}

enum { SHARED = 20000 };

static int add_up(void *queue)
{
    int code = IPCQ_OK;
    for (uint64_t last = 0; code == IPCQ_OK;) {
        size_t got = 0;
        code = ipcq_get_many(queue, buffer, sizeof buffer, views, 100, &got, IPCQ_ACCEPT_ALL, NULL);
        for (size_t i = 0; i < got; ++i) {
            uint64_t number = 0;
            memcpy(&number, views[i].data, sizeof number);
            CHILD_CHECK(number > last);
            last = number;
            CHILD_CHECK(ipcq_task_done(queue, views[i].item.ticket) == IPCQ_OK);
        }
    }
    CHILD_CHECK(code == IPCQ_CLOSED);
    return 0;
}

static void two_processes_share_them_out_and_none_comes_twice(void **state)
{
    struct queue_fixture *fixture = *state;
    pid_t first = child_start(add_up, fixture->queue), second = child_start(add_up, fixture->queue);
    for (uint64_t i = 1; i <= SHARED; ++i)
        assert_ok(put_number(fixture->queue, i, IPCQ_FOREVER));
    assert_ok(ipcq_join(fixture->queue, IPCQ_FOREVER));
    assert_ok(ipcq_shutdown(fixture->queue, IPCQ_DRAIN));
    assert_int_equal(child_wait(first), 0);
    assert_int_equal(child_wait(second), 0);
    assert_int_equal(stats_of(fixture->queue).gets, SHARED);
    assert_int_equal(stats_of(fixture->queue).dones, SHARED);
}

static void wrong_arguments_are_refused(void **state)
{
    struct queue_fixture *fixture = *state;
    const ipcq_wait unknown = {.flags = 1u << 31};
    const uint64_t all = IPCQ_ACCEPT_ALL;
    size_t got = 7;
    put_word(fixture->queue, "x");
    assert_code(ipcq_get_many(NULL, buffer, 8, views, 1, &got, all, &nowait), IPCQ_INVALID);
    assert_code(ipcq_get_many(fixture->queue, NULL, 8, views, 1, &got, all, &nowait), IPCQ_INVALID);
    assert_code(ipcq_get_many(fixture->queue, buffer, 8, NULL, 1, &got, all, &nowait), IPCQ_INVALID);
    assert_code(ipcq_get_many(fixture->queue, buffer, 8, views, 0, &got, all, &nowait), IPCQ_INVALID);
    assert_code(ipcq_get_many(fixture->queue, buffer, 8, views, 1, NULL, all, &nowait), IPCQ_INVALID);
    assert_code(ipcq_get_many(fixture->queue, buffer, 8, views, 1, &got, 0, &nowait), IPCQ_INVALID);
    assert_code(ipcq_get_many(fixture->queue, buffer, 8, views, 1, &got, all, &unknown), IPCQ_INVALID);
    assert_int_equal(got, 7);
    assert_holds(fixture->queue, 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(all_that_is_ready_comes_in_order, PLAIN, .capacity_bytes = 1 << 20),
        QUEUE_TEST(all_that_is_ready_comes_in_order, JOINABLE, .capacity_bytes = 1 << 20),
        QUEUE_TEST(each_begins_at_a_multiple_of_8_in_the_buffer, PLAIN),
        QUEUE_TEST(each_begins_at_a_multiple_of_8_in_the_buffer, JOINABLE),
        QUEUE_TEST(no_more_than_the_views_are_taken, PLAIN),
        QUEUE_TEST(no_more_than_the_buffer_holds_are_taken, JOINABLE),
        QUEUE_TEST(items_without_bytes_need_no_buffer, PLAIN),
        QUEUE_TEST(one_that_is_too_big_ends_the_batch_and_is_told_when_it_is_the_first, PLAIN),
        QUEUE_TEST(an_unwanted_type_ends_the_batch_and_is_told_when_it_is_the_first, JOINABLE),
        QUEUE_TEST(without_an_item_nothing_is_written, PLAIN),
        QUEUE_TEST(a_queue_that_was_shut_down_is_drained_first, PLAIN),
        QUEUE_TEST(it_waits_for_the_first_only, PLAIN),
        QUEUE_TEST(sleeping_putters_wake_when_there_is_room, PLAIN, .max_items = 5),
        QUEUE_TEST(large_ones_come_whole_between_small_ones, PLAIN, .capacity_bytes = 1 << 20),
        QUEUE_TEST(large_ones_come_whole_between_small_ones, JOINABLE, .capacity_bytes = 1 << 20),
        QUEUE_TEST(a_plain_queue_gives_no_tickets, PLAIN),
        QUEUE_TEST(each_has_a_ticket_of_its_own_for_any_order, JOINABLE),
        QUEUE_TEST(what_was_given_back_comes_at_its_old_place, JOINABLE),
        QUEUE_TEST(what_others_hold_behind_it_is_not_waited_for, JOINABLE),
        QUEUE_TEST(closing_gives_all_of_them_back, JOINABLE),
        QUEUE_TEST(a_killed_process_gives_all_of_them_back, JOINABLE),
        QUEUE_TEST(two_processes_share_them_out_and_none_comes_twice, JOINABLE, .capacity_bytes = 65536),
        QUEUE_TEST(wrong_arguments_are_refused, PLAIN),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
