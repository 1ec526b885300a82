/* SPDX-License-Identifier: Apache-2.0 */
#include "support/items.h"

static const ipcq_wait nowait = {.deadline_ns = IPCQ_NOWAIT};

static int get_accepting(ipcq_t *queue, uint64_t accept, ipcq_item *out_item)
{
    char buffer[16];
    return ipcq_get_item(queue, buffer, sizeof buffer, out_item, accept, &nowait);
}

static void every_type_travels_with_its_item(void **state)
{
    struct queue_fixture *fixture = *state;
    static const uint32_t types[] = {IPCQ_TYPE_BYTES, IPCQ_TYPE_MESSAGEPACK, IPCQ_TYPE_PICKLE, 62, 63, 1000, 65535};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; ++i)
        assert_ok(ipcq_put_typed(fixture->queue, "x", 1, types[i], &nowait));
    for (size_t i = 0; i < sizeof types / sizeof types[0]; ++i) {
        ipcq_item item = {0};
        assert_ok(get_accepting(fixture->queue, IPCQ_ACCEPT_ALL, &item));
        assert_int_equal(item.type, types[i]);
        assert_int_equal(item.size, 1);
    }
}

static void put_makes_raw_bytes(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_item item = {.type = 77};
    put_word(fixture->queue, "x");
    assert_ok(get_accepting(fixture->queue, IPCQ_ACCEPT(IPCQ_TYPE_BYTES), &item));
    assert_int_equal(item.type, IPCQ_TYPE_BYTES);
}

static void a_type_that_is_not_accepted_stays_first(void **state)
{
    struct queue_fixture *fixture = *state;
    const uint64_t no_pickle = IPCQ_ACCEPT(IPCQ_TYPE_BYTES) | IPCQ_ACCEPT(IPCQ_TYPE_MESSAGEPACK);
    ipcq_item item = {0};
    void *data = NULL;
    assert_ok(ipcq_put_typed(fixture->queue, "pickle", 6, IPCQ_TYPE_PICKLE, &nowait));
    put_word(fixture->queue, "behind");
    assert_code(get_accepting(fixture->queue, no_pickle, &item), IPCQ_WRONGTYPE);
    assert_int_equal(item.type, IPCQ_TYPE_PICKLE);
    assert_code(ipcq_get_alloc(fixture->queue, &data, &item, no_pickle, &nowait), IPCQ_WRONGTYPE);
    assert_null(data);
    assert_holds(fixture->queue, 2, 0);

    assert_ok(get_accepting(fixture->queue, IPCQ_ACCEPT(IPCQ_TYPE_PICKLE), &item));
    assert_int_equal(item.deliveries, 0);
    assert_int_equal(item.size, 6);
    get_word(fixture->queue, "behind");
}

static void bit_63_stands_for_every_type_from_63(void **state)
{
    struct queue_fixture *fixture = *state;
    const uint64_t others = UINT64_C(1) << 63;
    ipcq_item item = {0};
    assert_ok(ipcq_put_typed(fixture->queue, "x", 1, 65535, &nowait));
    assert_code(get_accepting(fixture->queue, ~others, &item), IPCQ_WRONGTYPE);
    assert_ok(get_accepting(fixture->queue, others, &item));
    assert_ok(ipcq_put_typed(fixture->queue, "x", 1, 62, &nowait));
    assert_code(get_accepting(fixture->queue, others, &item), IPCQ_WRONGTYPE);
    assert_ok(get_accepting(fixture->queue, IPCQ_ACCEPT(62), &item));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(every_type_travels_with_its_item, JOINABLE),
        QUEUE_TEST(put_makes_raw_bytes, PLAIN),
        QUEUE_TEST(a_type_that_is_not_accepted_stays_first, JOINABLE),
        QUEUE_TEST(bit_63_stands_for_every_type_from_63, PLAIN),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
