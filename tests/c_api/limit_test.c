/* SPDX-License-Identifier: Apache-2.0 */
#include "support/await.h"
#include "support/items.h"

#include <stdlib.h>
#include <string.h>

enum { MIB = 1 << 20 };

/* Bytes that tell where they are, so that a torn or shifted copy shows. */
static void fill(unsigned char *bytes, size_t size, uint64_t seed)
{
    for (size_t i = 0; i < size; ++i)
        bytes[i] = (unsigned char)((i * 2654435761u + seed) >> 7);
}

/* Puts and gets an item of this size; 0 if it arrived as it was. */
static int there_and_back(ipcq_t *queue, size_t size, uint64_t seed)
{
    unsigned char *out = malloc(size + 1), *in = malloc(size + 1);
    size_t got = 0;
    int code = IPCQ_NOMEM;
    if (out != NULL && in != NULL) {
        fill(out, size, seed);
        code = ipcq_put(queue, out, size, IPCQ_NOWAIT);
        if (code == IPCQ_OK)
            code = ipcq_get(queue, in, size, &got, IPCQ_NOWAIT);
        if (code == IPCQ_OK && (got != size || memcmp(in, out, size) != 0))
            code = IPCQ_CORRUPT;
    }
    free(out);
    free(in);
    return code;
}

static void items_of_every_size_arrive_as_they_were(void **state)
{
    struct queue_fixture *fixture = *state;
    for (size_t size = 0; size <= 300; ++size)
        assert_ok(there_and_back(fixture->queue, size, size));
    for (size_t power = 512; power <= 4 * MIB; power *= 2)
        for (size_t size = power - 25; size <= power + 1; ++size)
            assert_ok(there_and_back(fixture->queue, size, power));
}

static void an_item_of_64_mib_works(void **state)
{
    struct queue_fixture *fixture = *state;
    for (uint64_t round = 0; round < 3; ++round)
        assert_ok(there_and_back(fixture->queue, 64 * MIB, round));
    assert_holds(fixture->queue, 0, 0);
}

static void an_item_of_64_mib_works_with_default_options(void **state)
{
    struct queue_fixture *fixture = *state;
    if (stats_of(fixture->queue).capacity_bytes < 128 * MIB) {
        print_message("SKIP: /dev/shm is too small\n");
        skip();
    }
    assert_ok(there_and_back(fixture->queue, 64 * MIB, 1));
}

static void the_largest_item_fits_and_one_byte_more_never_does(void **state)
{
    struct queue_fixture *fixture = *state;
    uint64_t largest = stats_of(fixture->queue).item_max_bytes;
    char *item = calloc(1, largest + 1);
    assert_non_null(item);
    int never = ipcq_put(fixture->queue, item, largest + 1, IPCQ_FOREVER);
    int at_once = ipcq_put(fixture->queue, item, largest + 1, IPCQ_NOWAIT);
    int fits = ipcq_put(fixture->queue, item, largest, IPCQ_NOWAIT);
    size_t size = 0;
    int got = ipcq_get(fixture->queue, item, largest, &size, IPCQ_NOWAIT);
    free(item);
    assert_code(never, IPCQ_TOOBIG);
    assert_code(at_once, IPCQ_TOOBIG);
    assert_ok(fits);
    assert_ok(got);
    assert_int_equal(size, largest);
    assert_holds(fixture->queue, 0, 0);
}

static void sizes_that_overflow_are_too_big(void **state)
{
    struct queue_fixture *fixture = *state;
    assert_code(ipcq_put(fixture->queue, "x", SIZE_MAX, IPCQ_FOREVER), IPCQ_TOOBIG);
    assert_code(ipcq_put(fixture->queue, "x", SIZE_MAX - 23, IPCQ_FOREVER), IPCQ_TOOBIG);
    assert_code(ipcq_put(fixture->queue, "x", (size_t)1 << 48, IPCQ_FOREVER), IPCQ_TOOBIG);
    assert_holds(fixture->queue, 0, 0);
}

/* Ten times the capacity goes through, in sizes that leave no two records at the same place. */
static void a_small_queue_recycles_its_memory(void **state)
{
    struct queue_fixture *fixture = *state;
    uint64_t through = 0, capacity = stats_of(fixture->queue).capacity_bytes;
    for (size_t size = 1; through < 10 * capacity; size = size * 7 % 3001) {
        assert_ok(there_and_back(fixture->queue, size, through));
        through += size;
    }
    assert_true(stats_of(fixture->queue).bytes_backed <= capacity + 8 * 65536);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(items_of_every_size_arrive_as_they_were, PLAIN, .capacity_bytes = 16 * MIB),
        QUEUE_TEST(an_item_of_64_mib_works, PLAIN, .capacity_bytes = 80 * MIB),
        QUEUE_TEST(an_item_of_64_mib_works_with_default_options, PLAIN),
        QUEUE_TEST(the_largest_item_fits_and_one_byte_more_never_does, PLAIN, .capacity_bytes = 1 * MIB),
        QUEUE_TEST(the_largest_item_fits_and_one_byte_more_never_does, PLAIN, .capacity_bytes = 16 * 1024),
        QUEUE_TEST(sizes_that_overflow_are_too_big, PLAIN),
        QUEUE_TEST(a_small_queue_recycles_its_memory, PLAIN, .capacity_bytes = 64 * 1024),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
