/*
 * ipcq_reserve(), ipcq_commit() and ipcq_abandon(): longer than 400 lines, because none of them can be tested without
 * the others.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/await.h"
#include "support/child.h"
#include "support/items.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { MIB = 1 << 20 };

static const ipcq_wait nowait = {.deadline_ns = IPCQ_NOWAIT};
static const uint32_t bytes = IPCQ_TYPE_BYTES;

static char got[4 * MIB], wanted[4 * MIB];

/* `size` bytes of the letter, reserved and written. */
static char *reserve(ipcq_t *queue, size_t size, char letter)
{
    void *data = NULL;
    assert_ok(ipcq_reserve(queue, size, &data, &nowait));
    assert_non_null(data);
    assert_int_equal((uintptr_t)data % 16, 0);
    memset(data, letter, size);
    return data;
}

static ipcq_item assert_next(ipcq_t *queue, size_t size, char letter)
{
    ipcq_item item = {0};
    assert_ok(ipcq_get_item(queue, got, sizeof got, &item, IPCQ_ACCEPT_ALL, &nowait));
    assert_int_equal(item.size, size);
    memset(wanted, letter, size);
    assert_memory_equal(got, wanted, size);
    return item;
}

static void what_was_written_is_an_item_after_the_commit(void **state)
{
    struct queue_fixture *fixture = *state;
    static const size_t sizes[] = {0, 1, 4096, 4097, 70000, MIB};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; ++i) {
        char *data = reserve(fixture->queue, sizes[i], (char)('a' + i));
        assert_holds(fixture->queue, 0, 0);
        assert_code(ipcq_get(fixture->queue, got, 1, &(size_t){0}, IPCQ_NOWAIT), IPCQ_EMPTY);
        assert_ok(ipcq_commit(fixture->queue, data, sizes[i], (uint32_t)(1000 + i), &nowait));
        assert_holds(fixture->queue, 1, 0);
        const ipcq_item item = assert_next(fixture->queue, sizes[i], (char)('a' + i));
        assert_int_equal(item.type, 1000 + i);
        assert_int_equal(item.deliveries, 0);
        if (item.ticket != 0)
            assert_ok(ipcq_task_done(fixture->queue, item.ticket));
    }
    assert_int_equal(stats_of(fixture->queue).puts, 6);
}

static void less_than_was_reserved_may_be_committed(void **state)
{
    struct queue_fixture *fixture = *state;
    static const size_t sizes[] = {0, 1, 4096, 4097, 70000, MIB - 1};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; ++i) {
        char *data = reserve(fixture->queue, MIB, (char)('a' + i));
        assert_ok(ipcq_commit(fixture->queue, data, sizes[i], bytes, &nowait));
        put_word(fixture->queue, "behind");
        assert_next(fixture->queue, sizes[i], (char)('a' + i));
        get_word(fixture->queue, "behind");
    }
}

/* A queue of 4 segments of 4 KiB besides the tail's. */
static void what_the_item_does_not_need_is_free_at_once(void **state)
{
    struct queue_fixture *fixture = *state;
    char *data = reserve(fixture->queue, stats_of(fixture->queue).item_max_bytes, 'a');
    assert_ok(ipcq_commit(fixture->queue, data, 5000, bytes, &nowait));
    memset(wanted, 'b', 8000);
    assert_ok(ipcq_put(fixture->queue, wanted, 8000, IPCQ_NOWAIT));
    assert_code(ipcq_put(fixture->queue, wanted, 8000, IPCQ_NOWAIT), IPCQ_FULL);
    assert_next(fixture->queue, 5000, 'a');
    assert_next(fixture->queue, 8000, 'b');
}

static void more_than_was_reserved_is_too_big_and_stays_reserved(void **state)
{
    struct queue_fixture *fixture = *state;
    char *data = reserve(fixture->queue, 5000, 'a');
    assert_code(ipcq_commit(fixture->queue, data, 5001, bytes, &nowait), IPCQ_TOOBIG);
    assert_holds(fixture->queue, 0, 0);
    assert_ok(ipcq_commit(fixture->queue, data, 5000, bytes, &nowait));
    assert_next(fixture->queue, 5000, 'a');
}

static void more_than_can_ever_fit_is_too_big(void **state)
{
    struct queue_fixture *fixture = *state;
    const size_t most = stats_of(fixture->queue).item_max_bytes;
    void *data = wanted;
    assert_code(ipcq_reserve(fixture->queue, most + 1, &data, &nowait), IPCQ_TOOBIG);
    assert_code(ipcq_reserve(fixture->queue, SIZE_MAX, &data, &nowait), IPCQ_TOOBIG);
    assert_ptr_equal(data, wanted);
    assert_ok(ipcq_commit(fixture->queue, reserve(fixture->queue, most, 'a'), most, bytes, &nowait));
    assert_next(fixture->queue, most, 'a');
}

static void a_reservation_ends_once(void **state)
{
    struct queue_fixture *fixture = *state;
    char *committed = reserve(fixture->queue, 5000, 'a'), *abandoned = reserve(fixture->queue, 5000, 'b');
    assert_ok(ipcq_commit(fixture->queue, committed, 5000, bytes, &nowait));
    assert_ok(ipcq_abandon(fixture->queue, abandoned));
    char *const ended[] = {committed, abandoned};
    for (int i = 0; i < 2; ++i) {
        assert_code(ipcq_commit(fixture->queue, ended[i], 5000, bytes, &nowait), IPCQ_NOTRESERVED);
        assert_code(ipcq_abandon(fixture->queue, ended[i]), IPCQ_NOTRESERVED);
    }
    assert_holds(fixture->queue, 1, 0);
}

static void any_other_address_is_not_reserved(void **state)
{
    struct queue_fixture *fixture = *state;
    char *data = reserve(fixture->queue, 5000, 'a');
    char *const wrong[] = {got, data + 1, data + 16, data - 16, data + 4096, data - 4096, data + 65536, (char *)16};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i) {
        assert_code(ipcq_commit(fixture->queue, wrong[i], 1, bytes, &nowait), IPCQ_NOTRESERVED);
        assert_code(ipcq_abandon(fixture->queue, wrong[i]), IPCQ_NOTRESERVED);
    }
    assert_ok(ipcq_commit(fixture->queue, data, 5000, bytes, &nowait));
    assert_next(fixture->queue, 5000, 'a');
}

static void another_handle_has_not_reserved_it(void **state)
{
    struct queue_fixture *fixture = *state;
    char *data = reserve(fixture->queue, 5000, 'a');
    ipcq_t *second = queue_open_again(fixture);
    int code = ipcq_commit(second, data, 5000, bytes, &nowait);
    ipcq_close(second);
    assert_code(code, IPCQ_NOTRESERVED);
    assert_ok(ipcq_abandon(fixture->queue, data));
}

static struct {
    ipcq_t *queue;
    char *data;
    int code;
} thread_job;

static void *commit_in_a_thread(void *unused)
{
    memset(thread_job.data, 'z', 6000);
    thread_job.code = ipcq_commit(thread_job.queue, thread_job.data, 6000, bytes, &nowait);
    return unused;
}

static void another_thread_may_commit_it(void **state)
{
    struct queue_fixture *fixture = *state;
    pthread_t thread;
    thread_job.queue = fixture->queue;
    thread_job.data = reserve(fixture->queue, 6000, 'a');
    assert_int_equal(pthread_create(&thread, NULL, commit_in_a_thread, NULL), 0);
    pthread_join(thread, NULL);
    assert_ok(thread_job.code);
    assert_next(fixture->queue, 6000, 'z');
}

static void the_order_is_that_of_the_commits(void **state)
{
    struct queue_fixture *fixture = *state;
    char *first = reserve(fixture->queue, 100, 'a'), *second = reserve(fixture->queue, 90000, 'b');
    char *third = reserve(fixture->queue, 10, 'c');
    put_word(fixture->queue, "0");
    assert_ok(ipcq_commit(fixture->queue, third, 10, bytes, &nowait));
    assert_ok(ipcq_commit(fixture->queue, second, 90000, bytes, &nowait));
    put_word(fixture->queue, "between");
    assert_ok(ipcq_commit(fixture->queue, first, 100, bytes, &nowait));
    get_word(fixture->queue, "0");
    assert_next(fixture->queue, 10, 'c');
    assert_next(fixture->queue, 90000, 'b');
    get_word(fixture->queue, "between");
    assert_next(fixture->queue, 100, 'a');
}

static void a_full_queue_leaves_it_reserved_with_every_byte(void **state)
{
    struct queue_fixture *fixture = *state;
    char *data = reserve(fixture->queue, 9000, 'a');
    const ipcq_wait wait = {.deadline_ns = ipcq_deadline(0.02)};
    put_word(fixture->queue, "1");
    assert_code(ipcq_commit(fixture->queue, data, 3, bytes, &nowait), IPCQ_FULL);
    assert_code(ipcq_commit(fixture->queue, data, 5000, bytes, &nowait), IPCQ_FULL);
    assert_code(ipcq_commit(fixture->queue, data, 9000, bytes, &wait), IPCQ_TIMEDOUT);
    assert_true(now_ns() >= wait.deadline_ns);
    assert_holds(fixture->queue, 1, 0);
    get_word(fixture->queue, "1");
    assert_ok(ipcq_commit(fixture->queue, data, 9000, bytes, &nowait));
    assert_next(fixture->queue, 9000, 'a');
}

static int reserve_and_commit(void *queue)
{
    void *data = NULL;
    CHILD_CHECK(ipcq_reserve(queue, 9000, &data, NULL) == IPCQ_OK);
    memset(data, 'c', 9000);
    CHILD_CHECK(ipcq_commit(queue, data, 9000, bytes, NULL) == IPCQ_OK);
    return 0;
}

static void a_commit_sleeps_until_there_is_room_by_items(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    pid_t child = child_start(reserve_and_commit, fixture->queue);
    await_putters(fixture->queue, 1);
    get_word(fixture->queue, "1");
    assert_int_equal(child_wait(child), 0);
    assert_next(fixture->queue, 9000, 'c');
}

static void a_commit_wakes_a_sleeping_getter(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1"); /* so that the child sleeps in its commit, then we in our get */
    pid_t child = child_start(reserve_and_commit, fixture->queue);
    await_putters(fixture->queue, 1);
    get_word(fixture->queue, "1");
    size_t size = 0;
    assert_ok(ipcq_get(fixture->queue, got, sizeof got, &size, IPCQ_FOREVER));
    assert_int_equal(size, 9000);
    assert_int_equal(child_wait(child), 0);
}

static void used_up_bytes_are_full(void **state)
{
    struct queue_fixture *fixture = *state;
    const size_t most = stats_of(fixture->queue).item_max_bytes;
    void *data = got;
    assert_ok(ipcq_put(fixture->queue, wanted, most, IPCQ_NOWAIT));
    assert_code(ipcq_reserve(fixture->queue, 5000, &data, &nowait), IPCQ_FULL);
    assert_ptr_equal(data, got);
    const ipcq_wait wait = {.deadline_ns = ipcq_deadline(0.02)};
    assert_code(ipcq_reserve(fixture->queue, 5000, &data, &wait), IPCQ_TIMEDOUT);
    assert_true(now_ns() >= wait.deadline_ns);
    assert_ok(ipcq_get(fixture->queue, got, sizeof got, &(size_t){0}, IPCQ_NOWAIT));
    assert_ok(ipcq_abandon(fixture->queue, reserve(fixture->queue, most, 'a')));
}

static void reservations_alone_take_at_most_twice_the_capacity(void **state)
{
    struct queue_fixture *fixture = *state;
    const size_t most = stats_of(fixture->queue).item_max_bytes;
    char *first = reserve(fixture->queue, most, 'a'), *second = reserve(fixture->queue, most, 'b');
    void *data = NULL;
    assert_code(ipcq_reserve(fixture->queue, 5000, &data, &nowait), IPCQ_FULL);
    assert_ok(ipcq_abandon(fixture->queue, first));
    first = reserve(fixture->queue, most, 'c');
    assert_ok(ipcq_commit(fixture->queue, second, most, bytes, &nowait));
    assert_ok(ipcq_commit(fixture->queue, first, most, bytes, &nowait));
    assert_code(ipcq_put(fixture->queue, wanted, 5000, IPCQ_NOWAIT), IPCQ_FULL);
    assert_next(fixture->queue, most, 'b');
    assert_next(fixture->queue, most, 'c');
    assert_ok(ipcq_put(fixture->queue, wanted, most, IPCQ_NOWAIT));
}

static void a_shutdown_refuses_the_commit_and_leaves_the_reservation(void **state)
{
    struct queue_fixture *fixture = *state;
    char *large = reserve(fixture->queue, 9000, 'a'), *small = reserve(fixture->queue, 10, 'a');
    void *data = NULL;
    assert_ok(ipcq_shutdown(fixture->queue, IPCQ_DRAIN));
    assert_code(ipcq_commit(fixture->queue, large, 9000, bytes, NULL), IPCQ_CLOSED);
    assert_code(ipcq_commit(fixture->queue, small, 10, bytes, NULL), IPCQ_CLOSED);
    assert_code(ipcq_reserve(fixture->queue, 10, &data, NULL), IPCQ_CLOSED);
    assert_ok(ipcq_abandon(fixture->queue, large));
    assert_ok(ipcq_abandon(fixture->queue, small));
    assert_holds(fixture->queue, 0, 0);
}

static int try_to_commit(void *unused)
{
    (void)unused;
    CHILD_CHECK(ipcq_commit(thread_job.queue, thread_job.data, 5000, bytes, &nowait) == IPCQ_NOTRESERVED);
    CHILD_CHECK(ipcq_abandon(thread_job.queue, thread_job.data) == IPCQ_NOTRESERVED);
    CHILD_CHECK(reserve_and_commit(thread_job.queue) == 0);
    return 0;
}

static void a_forked_child_has_not_reserved_it(void **state)
{
    struct queue_fixture *fixture = *state;
    thread_job.queue = fixture->queue;
    thread_job.data = reserve(fixture->queue, 5000, 'p');
    assert_int_equal(child_run(try_to_commit, NULL), 0);
    assert_next(fixture->queue, 9000, 'c');
    assert_ok(ipcq_commit(fixture->queue, thread_job.data, 5000, bytes, &nowait));
    assert_next(fixture->queue, 5000, 'p');
}

/* By the largest item there is, which needs all of it, in each of the places where it may come to lie. */
static void assert_the_capacity_can_be_used(ipcq_t *queue)
{
    const size_t most = stats_of(queue).item_max_bytes;
    for (int i = 0; i < 3; ++i) {
        void *data = NULL;
        assert_ok(ipcq_reserve(queue, most, &data, NULL));
        assert_ok(ipcq_abandon(queue, data));
        memset(wanted, 'w', most);
        assert_ok(ipcq_put(queue, wanted, most, IPCQ_FOREVER));
        assert_next(queue, most, 'w');
    }
}

static struct {
    ipcq_t *queue;
    struct flag *has_reserved, *never;
} victim;

static int reserve_all_and_be_killed(void *unused)
{
    (void)unused;
    void *data = NULL;
    int code = IPCQ_OK;
    while ((code = ipcq_reserve(victim.queue, 5000, &data, &nowait)) == IPCQ_OK)
        memset(data, 'k', 5000);
    CHILD_CHECK(code == IPCQ_FULL);
    flag_raise(victim.has_reserved);
    flag_await(victim.never);
    return 1;
}

static void what_a_killed_process_had_reserved_is_free_and_nothing_was_put(void **state)
{
    struct queue_fixture *fixture = *state;
    victim.queue = fixture->queue;
    victim.never = flag_new();
    for (uint64_t i = 1; i <= 3; ++i) {
        void *data = NULL;
        victim.has_reserved = flag_new();
        pid_t child = child_start(reserve_all_and_be_killed, NULL);
        flag_await(victim.has_reserved);
        flag_free(victim.has_reserved);
        assert_code(ipcq_reserve(fixture->queue, 5000, &data, &nowait), IPCQ_FULL);
        child_kill(child);
        assert_the_capacity_can_be_used(fixture->queue);
        assert_holds(fixture->queue, 0, 0);
        assert_int_equal(stats_of(fixture->queue).puts, 3 * i);
    }
    flag_free(victim.never);
}

static void closing_the_handle_abandons_them(void **state)
{
    struct queue_fixture *fixture = *state;
    const size_t most = stats_of(fixture->queue).item_max_bytes;
    void *data = NULL;
    ipcq_t *second = queue_open_again(fixture);
    int code = ipcq_reserve(second, most, &data, &nowait);
    int code_again = ipcq_reserve(second, most, &data, &nowait);
    ipcq_close(second);
    assert_ok(code);
    assert_ok(code_again);
    assert_ok(ipcq_abandon(fixture->queue, reserve(fixture->queue, most, 'a')));
    assert_the_capacity_can_be_used(fixture->queue);
}

/* More than the handle's book of them begins with, ended in another order. */
static void many_may_be_reserved_at_once(void **state)
{
    struct queue_fixture *fixture = *state;
    enum { COUNT = 50 };
    char *data[COUNT];
    for (int i = 0; i < COUNT; ++i)
        data[i] = reserve(fixture->queue, 5000, (char)('A' + i));
    for (int i = 0; i < COUNT; ++i) { /* 7 and 50 have no divisor in common: each once */
        const int k = i * 7 % COUNT;
        if (k % 3 == 0)
            assert_ok(ipcq_abandon(fixture->queue, data[k]));
        else
            assert_ok(ipcq_commit(fixture->queue, data[k], 5000, bytes, &nowait));
    }
    for (int i = 0; i < COUNT; ++i)
        if (i * 7 % COUNT % 3 != 0)
            assert_next(fixture->queue, 5000, (char)('A' + i * 7 % COUNT));
    assert_holds(fixture->queue, 0, 0);
}

static void wrong_arguments_are_refused(void **state)
{
    struct queue_fixture *fixture = *state;
    const ipcq_wait unknown = {.flags = 1u << 31};
    void *data = NULL;
    assert_code(ipcq_reserve(NULL, 1, &data, &nowait), IPCQ_INVALID);
    assert_code(ipcq_reserve(fixture->queue, 1, NULL, &nowait), IPCQ_INVALID);
    assert_code(ipcq_reserve(fixture->queue, 1, &data, &unknown), IPCQ_INVALID);
    assert_null(data);
    data = reserve(fixture->queue, 1, 'a');
    assert_code(ipcq_commit(NULL, data, 1, bytes, &nowait), IPCQ_INVALID);
    assert_code(ipcq_commit(fixture->queue, NULL, 1, bytes, &nowait), IPCQ_INVALID);
    assert_code(ipcq_commit(fixture->queue, data, 1, 65536, &nowait), IPCQ_INVALID);
    assert_code(ipcq_commit(fixture->queue, data, 1, bytes, &unknown), IPCQ_INVALID);
    assert_code(ipcq_abandon(NULL, data), IPCQ_INVALID);
    assert_code(ipcq_abandon(fixture->queue, NULL), IPCQ_INVALID);
    assert_ok(ipcq_abandon(fixture->queue, data));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(what_was_written_is_an_item_after_the_commit, PLAIN),
        QUEUE_TEST(what_was_written_is_an_item_after_the_commit, JOINABLE),
        QUEUE_TEST(less_than_was_reserved_may_be_committed, PLAIN),
        QUEUE_TEST(what_the_item_does_not_need_is_free_at_once, PLAIN, .capacity_bytes = 16384),
        QUEUE_TEST(more_than_was_reserved_is_too_big_and_stays_reserved, PLAIN),
        QUEUE_TEST(more_than_can_ever_fit_is_too_big, PLAIN, .capacity_bytes = 65536),
        QUEUE_TEST(a_reservation_ends_once, PLAIN),
        QUEUE_TEST(any_other_address_is_not_reserved, PLAIN),
        QUEUE_TEST(another_handle_has_not_reserved_it, PLAIN),
        QUEUE_TEST(another_thread_may_commit_it, PLAIN),
        QUEUE_TEST(the_order_is_that_of_the_commits, PLAIN),
        QUEUE_TEST(a_full_queue_leaves_it_reserved_with_every_byte, PLAIN, .max_items = 1),
        QUEUE_TEST(a_commit_sleeps_until_there_is_room_by_items, PLAIN, .max_items = 1),
        QUEUE_TEST(a_commit_wakes_a_sleeping_getter, PLAIN, .max_items = 1),
        QUEUE_TEST(used_up_bytes_are_full, PLAIN, .capacity_bytes = 65536),
        QUEUE_TEST(reservations_alone_take_at_most_twice_the_capacity, PLAIN, .capacity_bytes = 65536),
        QUEUE_TEST(a_shutdown_refuses_the_commit_and_leaves_the_reservation, PLAIN),
        QUEUE_TEST(a_forked_child_has_not_reserved_it, PLAIN),
        QUEUE_TEST(what_a_killed_process_had_reserved_is_free_and_nothing_was_put, PLAIN, .capacity_bytes = 65536),
        QUEUE_TEST(closing_the_handle_abandons_them, PLAIN, .capacity_bytes = 65536),
        QUEUE_TEST(many_may_be_reserved_at_once, PLAIN),
        QUEUE_TEST(wrong_arguments_are_refused, PLAIN),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
