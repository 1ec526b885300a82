/*
 * ipcq_borrow() and ipcq_release().
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/await.h"
#include "support/child.h"
#include "support/items.h"

#include <stdlib.h>
#include <string.h>

enum { MIB = 1 << 20 };

static const ipcq_wait nowait = {.deadline_ns = IPCQ_NOWAIT};

static char bytes[MIB], other[MIB];

static void put_letters(ipcq_t *queue, size_t size, char letter)
{
    memset(other, letter, size);
    assert_ok(ipcq_put(queue, other, size, IPCQ_NOWAIT));
}

static ipcq_view borrow(ipcq_t *queue)
{
    ipcq_view view = {0};
    assert_ok(ipcq_borrow(queue, &view, IPCQ_ACCEPT_ALL, &nowait));
    assert_non_null(view.data);
    assert_int_not_equal(view.item.ticket, 0);
    return view;
}

static void assert_letters(const ipcq_view *view, size_t size, char letter)
{
    assert_int_equal(view->item.size, size);
    memset(bytes, letter, size);
    assert_memory_equal(view->data, bytes, size);
}

static void an_item_is_read_where_it_lies(void **state)
{
    struct queue_fixture *fixture = *state;
    static const size_t sizes[] = {0, 1, 4096, 4097, 70000, MIB};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; ++i) {
        put_letters(fixture->queue, sizes[i], (char)('a' + i));
        const ipcq_view view = borrow(fixture->queue);
        assert_letters(&view, sizes[i], (char)('a' + i));
        assert_int_equal(view.item.type, IPCQ_TYPE_BYTES);
        assert_int_equal(view.item.deliveries, 0);
        assert_holds(fixture->queue, 0, 1);
        assert_ok(ipcq_release(fixture->queue, view.item.ticket));
        assert_holds(fixture->queue, 0, 0);
    }
    const ipcq_stats stats = stats_of(fixture->queue);
    assert_int_equal(stats.gets, 6);
    assert_int_equal(stats.dones, 6);
    assert_int_equal(stats.nacks, 0);
}

static void a_release_counts_once(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    const uint64_t ticket = borrow(fixture->queue).item.ticket;
    assert_ok(ipcq_release(fixture->queue, ticket));
    assert_code(ipcq_release(fixture->queue, ticket), IPCQ_NOTTAKEN);
    assert_code(ipcq_release(fixture->queue, ticket + 1), IPCQ_NOTTAKEN);
    assert_code(ipcq_release(fixture->queue, IPCQ_OLDEST), IPCQ_NOTTAKEN);
}

static void without_a_ticket_the_oldest_is_released(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    put_word(fixture->queue, "2");
    const ipcq_view first = borrow(fixture->queue), second = borrow(fixture->queue);
    assert_ok(ipcq_release(fixture->queue, IPCQ_OLDEST));
    assert_code(ipcq_release(fixture->queue, first.item.ticket), IPCQ_NOTTAKEN);
    assert_ok(ipcq_release(fixture->queue, IPCQ_OLDEST_OF_THREAD));
    assert_code(ipcq_release(fixture->queue, second.item.ticket), IPCQ_NOTTAKEN);
}

static int pass_items_through(void *queue)
{
    static char item[3000];
    size_t size = 0;
    memset(item, 'x', sizeof item);
    for (int i = 0; i < 500; ++i) {
        CHILD_CHECK(ipcq_put(queue, item, sizeof item, IPCQ_NOWAIT) == IPCQ_OK);
        CHILD_CHECK(ipcq_get(queue, item, sizeof item, &size, IPCQ_NOWAIT) == IPCQ_OK && size == sizeof item);
        const int code = ipcq_task_done(queue, IPCQ_OLDEST);
        CHILD_CHECK(code == IPCQ_OK || code == IPCQ_NOTJOINABLE);
    }
    return 0;
}

/* 1.5 MB go through a queue of 4 MiB. */
static void its_bytes_stay_while_others_put_and_take(void **state)
{
    struct queue_fixture *fixture = *state;
    put_letters(fixture->queue, 50, 's');
    put_letters(fixture->queue, MIB, 'l');
    const ipcq_view small = borrow(fixture->queue), large = borrow(fixture->queue);
    assert_int_equal(child_run(pass_items_through, fixture->queue), 0);
    assert_letters(&small, 50, 's');
    assert_letters(&large, MIB, 'l');
    assert_ok(ipcq_release(fixture->queue, small.item.ticket));
    assert_letters(&large, MIB, 'l');
    assert_ok(ipcq_release(fixture->queue, large.item.ticket));
}

/* A queue that has room for one large item. */
static void its_bytes_count_until_it_is_released(void **state)
{
    struct queue_fixture *fixture = *state;
    const size_t most = stats_of(fixture->queue).item_max_bytes;
    put_letters(fixture->queue, most, 'a');
    const ipcq_view view = borrow(fixture->queue);
    assert_code(ipcq_put(fixture->queue, other, most, IPCQ_NOWAIT), IPCQ_FULL);
    assert_letters(&view, most, 'a');
    assert_ok(ipcq_release(fixture->queue, view.item.ticket));
    put_letters(fixture->queue, most, 'b');
}

static int put_large(void *queue)
{
    const size_t most = stats_of(queue).item_max_bytes;
    CHILD_CHECK(ipcq_put(queue, other, most, IPCQ_FOREVER) == IPCQ_OK);
    return 0;
}

static void a_release_wakes_who_sleeps_for_its_bytes(void **state)
{
    struct queue_fixture *fixture = *state;
    put_letters(fixture->queue, stats_of(fixture->queue).item_max_bytes, 'a');
    const ipcq_view view = borrow(fixture->queue);
    pid_t putter = child_start(put_large, fixture->queue);
    await_putters(fixture->queue, 1);
    assert_ok(ipcq_release(fixture->queue, view.item.ticket));
    assert_int_equal(child_wait(putter), 0);
}

static void task_done_finishes_it_in_a_joinable_queue_only(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    const uint64_t ticket = borrow(fixture->queue).item.ticket;
    if (stats_of(fixture->queue).joinable) {
        assert_ok(ipcq_task_done(fixture->queue, ticket));
        assert_code(ipcq_release(fixture->queue, ticket), IPCQ_NOTTAKEN);
    } else {
        assert_code(ipcq_task_done(fixture->queue, ticket), IPCQ_NOTJOINABLE);
        assert_code(ipcq_nack(fixture->queue, ticket), IPCQ_NOTJOINABLE);
        assert_holds(fixture->queue, 0, 1);
        assert_ok(ipcq_release(fixture->queue, ticket));
    }
    assert_holds(fixture->queue, 0, 0);
}

static void a_release_finishes_a_copied_item_too(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    assert_ok(ipcq_release(fixture->queue, get_word(fixture->queue, "1").ticket));
    assert_ok(ipcq_join(fixture->queue, IPCQ_NOWAIT));
}

static void a_nack_gives_it_back(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    put_word(fixture->queue, "2");
    assert_ok(ipcq_nack(fixture->queue, borrow(fixture->queue).item.ticket));
    assert_holds(fixture->queue, 2, 0);
    const ipcq_view again = borrow(fixture->queue);
    assert_letters(&again, 1, '1');
    assert_int_equal(again.item.deliveries, 1);
}

static int join_to_the_end(void *queue)
{
    CHILD_CHECK(ipcq_join(queue, IPCQ_FOREVER) == IPCQ_OK);
    return 0;
}

static void a_join_waits_for_it(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    const ipcq_view view = borrow(fixture->queue);
    assert_code(ipcq_join(fixture->queue, IPCQ_NOWAIT), IPCQ_TIMEDOUT);
    pid_t joiner = child_start(join_to_the_end, fixture->queue);
    await_joiners(fixture->queue, 1);
    assert_letters(&view, 1, '1');
    assert_ok(ipcq_release(fixture->queue, view.item.ticket));
    assert_int_equal(child_wait(joiner), 0);
}

static int borrow_and_be_killed(void *queue)
{
    ipcq_view view;
    CHILD_CHECK(ipcq_borrow(queue, &view, IPCQ_ACCEPT_ALL, NULL) == IPCQ_OK);
    CHILD_CHECK(ipcq_borrow(queue, &view, IPCQ_ACCEPT_ALL, NULL) == IPCQ_OK);
    CHILD_CHECK(ipcq_release(queue, view.item.ticket) == IPCQ_OK);
    for (;;)
        get_number(queue, &(uint64_t){0}, NULL, IPCQ_FOREVER); /* never returns: it is killed asleep */
}

static void a_killed_borrower_gives_it_back(void **state)
{
    struct queue_fixture *fixture = *state;
    put_letters(fixture->queue, MIB, 'a');
    put_word(fixture->queue, "2");
    pid_t child = child_start(borrow_and_be_killed, fixture->queue);
    await_getters(fixture->queue, 1);
    assert_holds(fixture->queue, 0, 1);
    child_kill(child);
    ipcq_view view;
    assert_ok(ipcq_borrow(fixture->queue, &view, IPCQ_ACCEPT_ALL, NULL));
    assert_letters(&view, MIB, 'a');
    assert_int_equal(view.item.deliveries, 1);
    assert_holds(fixture->queue, 0, 1);
    assert_int_equal(stats_of(fixture->queue).recovered, 1);
    assert_ok(ipcq_release(fixture->queue, view.item.ticket));
    assert_holds(fixture->queue, 0, 0);
}

/* There is no other place for who comes next, and nobody else has cleaned up. */
static void who_takes_over_a_dead_borrowers_place_holds_nothing(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    put_word(fixture->queue, "2");
    pid_t child = child_start(borrow_and_be_killed, fixture->queue);
    await_getters(fixture->queue, 1);
    child_kill(child);
    ipcq_t *second = queue_open_again(fixture);
    const ipcq_stats stats = stats_of(fixture->queue);
    ipcq_close(second);
    assert_int_equal(stats.items, 1);
    assert_int_equal(stats.taken, 0);
    assert_int_equal(stats.recovered, 1);
}

static void closing_gives_it_back(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_t *second = queue_open_again(fixture);
    ipcq_view view = {0};
    put_word(fixture->queue, "1");
    int code = ipcq_borrow(second, &view, IPCQ_ACCEPT_ALL, &nowait);
    ipcq_close(second);
    assert_ok(code);
    assert_holds(fixture->queue, 1, 0);
    view = borrow(fixture->queue);
    assert_letters(&view, 1, '1');
    assert_int_equal(view.item.deliveries, 1);
    assert_ok(ipcq_release(fixture->queue, view.item.ticket));
}

struct inheritance {
    ipcq_t *queue;
    uint64_t ticket;
};

static int try_to_release(void *argument)
{
    const struct inheritance *parent = argument;
    CHILD_CHECK(ipcq_release(parent->queue, parent->ticket) == IPCQ_INHERITED);
    return 0;
}

static void a_forked_child_cannot_release_it(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    const ipcq_view view = borrow(fixture->queue);
    struct inheritance parent = {fixture->queue, view.item.ticket};
    assert_int_equal(child_run(try_to_release, &parent), 0);
    assert_letters(&view, 1, '1');
    assert_ok(ipcq_release(fixture->queue, view.item.ticket));
}

static int borrow_what_comes(void *queue)
{
    ipcq_view view;
    CHILD_CHECK(ipcq_borrow(queue, &view, IPCQ_ACCEPT_ALL, NULL) == IPCQ_OK);
    CHILD_CHECK(view.item.size == 1 && memcmp(view.data, "1", 1) == 0);
    CHILD_CHECK(ipcq_release(queue, view.item.ticket) == IPCQ_OK);
    return 0;
}

static void it_sleeps_until_there_is_an_item(void **state)
{
    struct queue_fixture *fixture = *state;
    pid_t child = child_start(borrow_what_comes, fixture->queue);
    await_getters(fixture->queue, 1);
    put_word(fixture->queue, "1");
    assert_int_equal(child_wait(child), 0);
}

static void without_an_item_nothing_is_written(void **state)
{
    struct queue_fixture *fixture = *state;
    const ipcq_wait wait = {.deadline_ns = ipcq_deadline(0.03)};
    ipcq_view view = {.data = "mine", .item = {.ticket = 1, .size = 2, .type = 3, .deliveries = 4}};
    const ipcq_view before = view;
    assert_code(ipcq_borrow(fixture->queue, &view, IPCQ_ACCEPT_ALL, &nowait), IPCQ_EMPTY);
    assert_code(ipcq_borrow(fixture->queue, &view, IPCQ_ACCEPT_ALL, &wait), IPCQ_TIMEDOUT);
    assert_true(now_ns() >= wait.deadline_ns);
    assert_ok(ipcq_shutdown(fixture->queue, IPCQ_DRAIN));
    assert_code(ipcq_borrow(fixture->queue, &view, IPCQ_ACCEPT_ALL, NULL), IPCQ_CLOSED);
    assert_memory_equal(&view, &before, sizeof before);
}

static void an_unwanted_type_stays_and_is_told(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_view view = {0};
    assert_ok(ipcq_put_typed(fixture->queue, "pickle", 6, IPCQ_TYPE_PICKLE, &nowait));
    assert_code(ipcq_borrow(fixture->queue, &view, IPCQ_ACCEPT(IPCQ_TYPE_BYTES), &nowait), IPCQ_WRONGTYPE);
    assert_null(view.data);
    assert_int_equal(view.item.type, IPCQ_TYPE_PICKLE);
    assert_int_equal(view.item.size, 6);
    assert_holds(fixture->queue, 1, 0);
    assert_ok(ipcq_borrow(fixture->queue, &view, IPCQ_ACCEPT(IPCQ_TYPE_PICKLE), &nowait));
    assert_ok(ipcq_release(fixture->queue, view.item.ticket));
}

static void wrong_arguments_are_refused(void **state)
{
    struct queue_fixture *fixture = *state;
    const ipcq_wait unknown = {.flags = 1u << 31};
    ipcq_view view;
    put_word(fixture->queue, "1");
    assert_code(ipcq_borrow(NULL, &view, IPCQ_ACCEPT_ALL, &nowait), IPCQ_INVALID);
    assert_code(ipcq_borrow(fixture->queue, NULL, IPCQ_ACCEPT_ALL, &nowait), IPCQ_INVALID);
    assert_code(ipcq_borrow(fixture->queue, &view, 0, &nowait), IPCQ_INVALID);
    assert_code(ipcq_borrow(fixture->queue, &view, IPCQ_ACCEPT_ALL, &unknown), IPCQ_INVALID);
    assert_code(ipcq_release(NULL, IPCQ_OLDEST), IPCQ_INVALID);
    assert_holds(fixture->queue, 1, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(an_item_is_read_where_it_lies, PLAIN),
        QUEUE_TEST(an_item_is_read_where_it_lies, JOINABLE),
        QUEUE_TEST(a_release_counts_once, PLAIN),
        QUEUE_TEST(a_release_counts_once, JOINABLE),
        QUEUE_TEST(without_a_ticket_the_oldest_is_released, PLAIN),
        QUEUE_TEST(its_bytes_stay_while_others_put_and_take, PLAIN, .capacity_bytes = 4 * MIB),
        QUEUE_TEST(its_bytes_stay_while_others_put_and_take, JOINABLE, .capacity_bytes = 4 * MIB),
        QUEUE_TEST(its_bytes_count_until_it_is_released, PLAIN, .capacity_bytes = 65536),
        QUEUE_TEST(a_release_wakes_who_sleeps_for_its_bytes, PLAIN, .capacity_bytes = 65536),
        QUEUE_TEST(task_done_finishes_it_in_a_joinable_queue_only, PLAIN),
        QUEUE_TEST(task_done_finishes_it_in_a_joinable_queue_only, JOINABLE),
        QUEUE_TEST(a_release_finishes_a_copied_item_too, JOINABLE),
        QUEUE_TEST(a_nack_gives_it_back, JOINABLE),
        QUEUE_TEST(a_join_waits_for_it, JOINABLE),
        QUEUE_TEST(a_killed_borrower_gives_it_back, PLAIN),
        QUEUE_TEST(a_killed_borrower_gives_it_back, JOINABLE),
        QUEUE_TEST(who_takes_over_a_dead_borrowers_place_holds_nothing, PLAIN, .max_participants = 2),
        QUEUE_TEST(who_takes_over_a_dead_borrowers_place_holds_nothing, JOINABLE, .max_participants = 2),
        QUEUE_TEST(closing_gives_it_back, PLAIN),
        QUEUE_TEST(closing_gives_it_back, JOINABLE),
        QUEUE_TEST(a_forked_child_cannot_release_it, PLAIN),
        QUEUE_TEST(a_forked_child_cannot_release_it, JOINABLE),
        QUEUE_TEST(it_sleeps_until_there_is_an_item, PLAIN),
        QUEUE_TEST(without_an_item_nothing_is_written, PLAIN),
        QUEUE_TEST(an_unwanted_type_stays_and_is_told, JOINABLE),
        QUEUE_TEST(wrong_arguments_are_refused, PLAIN),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
