/* SPDX-License-Identifier: Apache-2.0 */
#include "support/items.h"

#include <string.h>

static void it_adds_the_queue_s_own_numbers(void **state)
{
    struct queue_fixture *fixture = *state;
    char text[512];
    assert_ok(ipcq_describe(fixture->queue, IPCQ_FULL, text, sizeof text));
    assert_non_null(strstr(text, "4711"));
    assert_true(strlen(text) > strlen(ipcq_strerror(IPCQ_FULL)));
}

static void every_code_is_described(void **state)
{
    struct queue_fixture *fixture = *state;
    char text[512];
    for (int code = 0; code >= IPCQ_SYSTEM; --code) {
        memset(text, 0, sizeof text);
        assert_ok(ipcq_describe(fixture->queue, code, text, sizeof text));
        assert_true(strlen(text) >= 5);
    }
}

static void a_small_buffer_gets_the_beginning(void **state)
{
    struct queue_fixture *fixture = *state;
    char whole[512], cut[12];
    assert_ok(ipcq_describe(fixture->queue, IPCQ_FULL, whole, sizeof whole));
    memset(cut, 'x', sizeof cut);
    assert_ok(ipcq_describe(fixture->queue, IPCQ_FULL, cut, 10));
    assert_memory_equal(cut, whole, 9);
    assert_int_equal(cut[9], '\0');
    assert_int_equal(cut[10], 'x');
}

static void null_is_invalid(void **state)
{
    struct queue_fixture *fixture = *state;
    char text[8];
    assert_code(ipcq_describe(NULL, IPCQ_FULL, text, sizeof text), IPCQ_INVALID);
    assert_code(ipcq_describe(fixture->queue, IPCQ_FULL, NULL, 8), IPCQ_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(it_adds_the_queue_s_own_numbers, PLAIN, .max_items = 4711),
        QUEUE_TEST(every_code_is_described, JOINABLE, .max_items = 4711),
        QUEUE_TEST(a_small_buffer_gets_the_beginning, PLAIN, .max_items = 4711),
        QUEUE_TEST(null_is_invalid, PLAIN),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
