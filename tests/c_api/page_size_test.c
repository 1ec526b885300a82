/*
 * A system whose pages are not of 4096 bytes: no queue is made or opened there, and the message says why.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/hooks.h"
#include "support/items.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const size_t other_sizes[] = {8192, 16384, 65536, 2048};
enum { SIZES = sizeof other_sizes / sizeof *other_sizes };

/* The result of ipcq_open() where pages have this size. */
static int open_where(size_t page_size, struct queue_fixture *fixture, const char *name, uint32_t flags)
{
    ipcq_t *queue = NULL;
    ipcq_options options = {.struct_size = sizeof options,
                            .flags = flags,
                            .message = fixture->message,
                            .message_capacity = sizeof fixture->message};
    ipcq_test_page_size(page_size);
    int code = ipcq_open(&queue, name, &options);
    ipcq_test_page_size(0);
    if (code == IPCQ_OK)
        ipcq_close(queue);
    return code;
}

static void assert_names_sizes(const struct queue_fixture *fixture, size_t page_size)
{
    char text[20];
    snprintf(text, sizeof text, "%zu", page_size);
    assert_non_null(strstr(fixture->message, text));
    assert_non_null(strstr(fixture->message, "4096"));
}

static void other_pages_make_no_queue(void **state)
{
    struct queue_fixture *fixture = *state;
    for (int i = 0; i < SIZES; ++i) {
        assert_code(open_where(other_sizes[i], fixture, fixture->name, 0), IPCQ_BADABI);
        assert_names_sizes(fixture, other_sizes[i]);
        assert_code(open_where(other_sizes[i], fixture, fixture->name, IPCQ_CREATE_ONLY), IPCQ_BADABI);
        assert_code(open_where(other_sizes[i], fixture, NULL, 0), IPCQ_BADABI);
        assert_names_sizes(fixture, other_sizes[i]);
        assert_int_equal(access(fixture->path, F_OK), -1);
    }
}

static void other_pages_open_no_queue(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "untouched");
    for (int i = 0; i < SIZES; ++i) {
        assert_code(open_where(other_sizes[i], fixture, fixture->name, IPCQ_OPEN_ONLY), IPCQ_BADABI);
        assert_names_sizes(fixture, other_sizes[i]);
    }
    get_word(fixture->queue, "untouched");
    assert_int_equal(access(fixture->path, F_OK), 0);
}

static void pages_of_4096_bytes_do(void **state)
{
    struct queue_fixture *fixture = *state;
    assert_ok(open_where(4096, fixture, fixture->name, 0));
    assert_ok(open_where(4096, fixture, fixture->name, IPCQ_OPEN_ONLY));
}

static void a_name_can_be_removed_whatever_the_pages(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_test_page_size(65536);
    int code = ipcq_unlink(fixture->name);
    ipcq_test_page_size(0);
    assert_ok(code);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAME_TEST(other_pages_make_no_queue),
        QUEUE_TEST(other_pages_open_no_queue, PLAIN),
        NAME_TEST(pages_of_4096_bytes_do),
        QUEUE_TEST(a_name_can_be_removed_whatever_the_pages, PLAIN),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
