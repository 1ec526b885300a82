/* SPDX-License-Identifier: Apache-2.0 */
#include "support/await.h"
#include "support/child.h"
#include "support/items.h"

#include <stdlib.h>
#include <string.h>

enum { MANY = 3000 }; /* numbers: more than a lock's batch, and in a small queue more than a segment */

static const ipcq_wait nowait = {.deadline_ns = IPCQ_NOWAIT};

static uint64_t numbers[MANY];
static ipcq_message messages[MANY];

/* `count` messages of 8 bytes: first, first + 1, ... */
static const ipcq_message *counting(uint64_t first, size_t count)
{
    for (size_t i = 0; i < count; ++i) {
        numbers[i] = first + i;
        messages[i] = (ipcq_message){.data = &numbers[i], .size = sizeof numbers[i]};
    }
    return messages;
}

static void assert_numbers(ipcq_t *queue, uint64_t first, size_t count)
{
    for (size_t i = 0; i < count; ++i) {
        uint64_t number = 0;
        ipcq_item item = {0};
        assert_ok(get_number(queue, &number, &item, IPCQ_NOWAIT));
        assert_int_equal(number, first + i);
        assert_int_equal(item.deliveries, 0);
    }
}

static void all_are_put_in_their_order(void **state)
{
    struct queue_fixture *fixture = *state;
    static const size_t counts[] = {1, 2, 63, 64, 65, 128, 129, MANY};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; ++i) {
        size_t put = 0;
        assert_ok(ipcq_put_many(fixture->queue, counting(i, counts[i]), counts[i], &put, &nowait));
        assert_int_equal(put, counts[i]);
        assert_holds(fixture->queue, counts[i], 0);
        assert_numbers(fixture->queue, i, counts[i]);
        assert_holds(fixture->queue, 0, 0);
    }
    assert_int_equal(stats_of(fixture->queue).puts, 1 + 2 + 63 + 64 + 65 + 128 + 129 + MANY);
}

static void a_batch_of_none_is_put(void **state)
{
    struct queue_fixture *fixture = *state;
    size_t put = 9;
    assert_ok(ipcq_put_many(fixture->queue, NULL, 0, &put, NULL));
    assert_int_equal(put, 0);
    assert_holds(fixture->queue, 0, 0);
}

static void each_has_its_type_and_may_be_empty(void **state)
{
    struct queue_fixture *fixture = *state;
    const ipcq_message some[] = {{.data = "", .size = 0, .type = IPCQ_TYPE_MESSAGEPACK},
                                 {.data = NULL, .size = 0, .type = 65535},
                                 {.data = "three", .size = 5, .type = IPCQ_TYPE_PICKLE}};
    size_t put = 0;
    assert_ok(ipcq_put_many(fixture->queue, some, 3, &put, &nowait));
    assert_int_equal(put, 3);
    assert_int_equal(get_word(fixture->queue, "").type, IPCQ_TYPE_MESSAGEPACK);
    assert_int_equal(get_word(fixture->queue, "").type, 65535);
    assert_int_equal(get_word(fixture->queue, "three").type, IPCQ_TYPE_PICKLE);
}

/* Sizes below and above a copy under the lock, a segment of this queue, and several. */
static void large_ones_keep_their_place_between_small_ones(void **state)
{
    struct queue_fixture *fixture = *state;
    static const size_t sizes[] = {8, 4096, 4097, 16, 70000, 8, 8, 300000, 4096, 24};
    enum { COUNT = sizeof sizes / sizeof sizes[0] };
    static char bytes[COUNT][300000], got[300000];
    ipcq_message some[COUNT];
    size_t put = 0;
    for (size_t i = 0; i < COUNT; ++i) {
        memset(bytes[i], 'a' + (int)i, sizeof bytes[i]);
        some[i] = (ipcq_message){.data = bytes[i], .size = sizes[i], .type = (uint32_t)i};
    }
    assert_ok(ipcq_put_many(fixture->queue, some, COUNT, &put, &nowait));
    assert_int_equal(put, COUNT);
    for (size_t i = 0; i < COUNT; ++i) {
        ipcq_item item = {0};
        assert_ok(ipcq_get_item(fixture->queue, got, sizeof got, &item, IPCQ_ACCEPT_ALL, &nowait));
        assert_int_equal(item.size, sizes[i]);
        assert_int_equal(item.type, i);
        assert_memory_equal(got, bytes[i], sizes[i]);
    }
}

static void as_many_as_max_items_allows_are_put(void **state)
{
    struct queue_fixture *fixture = *state;
    size_t put = 0;
    assert_ok(ipcq_put_many(fixture->queue, counting(0, 200), 200, &put, NULL));
    assert_int_equal(put, 100);
    put = 7;
    assert_code(ipcq_put_many(fixture->queue, counting(100, 3), 3, &put, &nowait), IPCQ_FULL);
    assert_int_equal(put, 7);
    assert_numbers(fixture->queue, 0, 2);
    assert_ok(ipcq_put_many(fixture->queue, counting(100, 3), 3, &put, &nowait));
    assert_int_equal(put, 2);
    assert_numbers(fixture->queue, 2, 100);
}

static void as_many_as_the_bytes_allow_are_put(void **state)
{
    struct queue_fixture *fixture = *state;
    size_t put = 0;
    assert_ok(ipcq_put_many(fixture->queue, counting(0, MANY), MANY, &put, NULL));
    assert_in_range(put, 100, MANY - 1);
    assert_holds(fixture->queue, put, 0);
    size_t more = 7;
    assert_code(ipcq_put_many(fixture->queue, counting(put, 10), 10, &more, &nowait), IPCQ_FULL);
    assert_int_equal(more, 7);
    assert_numbers(fixture->queue, 0, put);
    assert_holds(fixture->queue, 0, 0);
}

static void what_can_never_fit_is_an_error_only_when_it_is_the_first(void **state)
{
    struct queue_fixture *fixture = *state;
    const size_t too_big = stats_of(fixture->queue).item_max_bytes + 1;
    char *large = calloc(1, too_big);
    const ipcq_message some[] = {
        {.data = "1", .size = 1}, {.data = "2", .size = 1}, {.data = large, .size = too_big}, {.data = "4", .size = 1}};
    size_t put = 0, none = 7;
    int code = ipcq_put_many(fixture->queue, some, 4, &put, &nowait);
    int code_first = ipcq_put_many(fixture->queue, some + 2, 2, &none, &nowait);
    free(large);
    assert_ok(code);
    assert_int_equal(put, 2);
    assert_code(code_first, IPCQ_TOOBIG);
    assert_int_equal(none, 7);
    get_word(fixture->queue, "1");
    get_word(fixture->queue, "2");
    assert_holds(fixture->queue, 0, 0);
}

static void a_full_queue_answers_timedout_not_before_the_deadline(void **state)
{
    struct queue_fixture *fixture = *state;
    const ipcq_wait wait = {.deadline_ns = ipcq_deadline(0.03)};
    size_t put = 7;
    put_word(fixture->queue, "1");
    put_word(fixture->queue, "2");
    assert_code(ipcq_put_many(fixture->queue, counting(0, 2), 2, &put, &wait), IPCQ_TIMEDOUT);
    assert_true(now_ns() >= wait.deadline_ns);
    assert_int_equal(put, 7);
    assert_holds(fixture->queue, 2, 0);
}

static int put_ten(void *queue)
{
    size_t put = 0;
    CHILD_CHECK(ipcq_put_many(queue, counting(0, 10), 10, &put, NULL) == IPCQ_OK);
    CHILD_CHECK(put == 1);
    return 0;
}

static void it_waits_for_the_first_only(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    put_word(fixture->queue, "2");
    pid_t putter = child_start(put_ten, fixture->queue);
    await_putters(fixture->queue, 1);
    get_word(fixture->queue, "1");
    assert_int_equal(child_wait(putter), 0);
    assert_holds(fixture->queue, 2, 0);
    get_word(fixture->queue, "2");
    assert_numbers(fixture->queue, 0, 1);
}

static int get_one(void *queue)
{
    uint64_t number = 0;
    CHILD_CHECK(get_number(queue, &number, NULL, IPCQ_FOREVER) == IPCQ_OK);
    CHILD_CHECK(number == 5 || number == 6);
    return 0;
}

static void one_batch_wakes_as_many_getters_as_it_has_items_for(void **state)
{
    struct queue_fixture *fixture = *state;
    size_t put = 0;
    pid_t first = child_start(get_one, fixture->queue), second = child_start(get_one, fixture->queue);
    await_getters(fixture->queue, 2);
    assert_ok(ipcq_put_many(fixture->queue, counting(5, 2), 2, &put, &nowait));
    assert_int_equal(child_wait(first), 0);
    assert_int_equal(child_wait(second), 0);
    assert_holds(fixture->queue, 0, 0);
}

static void after_a_shutdown_nothing_is_put(void **state)
{
    struct queue_fixture *fixture = *state;
    size_t put = 7;
    put_word(fixture->queue, "before");
    assert_ok(ipcq_shutdown(fixture->queue, IPCQ_DRAIN));
    assert_code(ipcq_put_many(fixture->queue, counting(0, 2), 2, &put, NULL), IPCQ_CLOSED);
    assert_int_equal(put, 7);
    assert_holds(fixture->queue, 1, 0);
}

static void the_join_waits_for_each_of_them(void **state)
{
    struct queue_fixture *fixture = *state;
    size_t put = 0;
    assert_ok(ipcq_put_many(fixture->queue, counting(0, 3), 3, &put, &nowait));
    assert_numbers(fixture->queue, 0, 3);
    for (int i = 0; i < 3; ++i) {
        assert_code(ipcq_join(fixture->queue, IPCQ_NOWAIT), IPCQ_TIMEDOUT);
        assert_ok(ipcq_task_done(fixture->queue, IPCQ_OLDEST));
    }
    assert_ok(ipcq_join(fixture->queue, IPCQ_NOWAIT));
}

enum { PUTTERS = 2, EACH = 6000 };

struct putter {
    ipcq_t *queue;
    uint64_t number;
};

static int put_batches(void *argument)
{
    const struct putter *self = argument;
    for (uint64_t done = 0; done < EACH;) {
        const size_t count = EACH - done < 150 ? EACH - done : 150;
        size_t put = 0;
        CHILD_CHECK(ipcq_put_many(self->queue, counting(self->number << 32 | done, count), count, &put, NULL) == 0);
        CHILD_CHECK(put >= 1 && put <= count);
        done += put;
    }
    return 0;
}

static void batches_of_two_processes_mix_and_keep_their_order(void **state)
{
    struct queue_fixture *fixture = *state;
    struct putter self[PUTTERS];
    pid_t child[PUTTERS];
    uint64_t next[PUTTERS] = {0};
    for (uint64_t i = 0; i < PUTTERS; ++i) {
        self[i] = (struct putter){fixture->queue, i};
        child[i] = child_start(put_batches, &self[i]);
    }
    for (int i = 0; i < PUTTERS * EACH; ++i) {
        uint64_t number = 0;
        assert_ok(get_number(fixture->queue, &number, NULL, IPCQ_FOREVER));
        assert_in_range(number >> 32, 0, PUTTERS - 1);
        assert_int_equal(number & 0xffffffff, next[number >> 32]++);
    }
    for (int i = 0; i < PUTTERS; ++i)
        assert_int_equal(child_wait(child[i]), 0);
    assert_holds(fixture->queue, 0, 0);
}

static void wrong_arguments_are_refused(void **state)
{
    struct queue_fixture *fixture = *state;
    size_t put = 7;
    const ipcq_wait unknown = {.flags = 1u << 31};
    const ipcq_message good = {.data = "x", .size = 1};
    const ipcq_message bad[][2] = {{good, {.data = NULL, .size = 1}},
                                   {good, {.data = "x", .size = 1, .type = 65536}},
                                   {good, {.data = "x", .size = 1, .reserved = 1}}};
    assert_code(ipcq_put_many(NULL, &good, 1, &put, &nowait), IPCQ_INVALID);
    assert_code(ipcq_put_many(fixture->queue, NULL, 1, &put, &nowait), IPCQ_INVALID);
    assert_code(ipcq_put_many(fixture->queue, &good, 1, NULL, &nowait), IPCQ_INVALID);
    assert_code(ipcq_put_many(fixture->queue, &good, 1, &put, &unknown), IPCQ_INVALID);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; ++i)
        assert_code(ipcq_put_many(fixture->queue, bad[i], 2, &put, &nowait), IPCQ_INVALID);
    assert_int_equal(put, 7);
    assert_holds(fixture->queue, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(all_are_put_in_their_order, PLAIN, .capacity_bytes = 1 << 20),
        QUEUE_TEST(a_batch_of_none_is_put, PLAIN),
        QUEUE_TEST(each_has_its_type_and_may_be_empty, JOINABLE),
        QUEUE_TEST(large_ones_keep_their_place_between_small_ones, PLAIN, .capacity_bytes = 1 << 20),
        QUEUE_TEST(as_many_as_max_items_allows_are_put, PLAIN, .max_items = 100),
        QUEUE_TEST(as_many_as_the_bytes_allow_are_put, PLAIN, .capacity_bytes = 16384),
        QUEUE_TEST(what_can_never_fit_is_an_error_only_when_it_is_the_first, PLAIN, .capacity_bytes = 16384),
        QUEUE_TEST(a_full_queue_answers_timedout_not_before_the_deadline, PLAIN, .max_items = 2),
        QUEUE_TEST(it_waits_for_the_first_only, PLAIN, .max_items = 2),
        QUEUE_TEST(one_batch_wakes_as_many_getters_as_it_has_items_for, PLAIN),
        QUEUE_TEST(after_a_shutdown_nothing_is_put, JOINABLE),
        QUEUE_TEST(the_join_waits_for_each_of_them, JOINABLE),
        QUEUE_TEST(batches_of_two_processes_mix_and_keep_their_order, PLAIN, .capacity_bytes = 65536),
        QUEUE_TEST(wrong_arguments_are_refused, PLAIN),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
