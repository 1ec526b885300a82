/* SPDX-License-Identifier: Apache-2.0 */
#include "support/items.h"
#include "support/object.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_it(struct queue_fixture *fixture)
{
    ipcq_t *queue = NULL;
    int code = queue_open_with(fixture, &queue, (ipcq_options){0});
    if (code == IPCQ_OK)
        ipcq_close(queue);
    return code;
}

/* The object is opened with `bits` of one byte flipped, then with the byte restored. */
static void refused_while_flipped(struct queue_fixture *fixture, size_t offset, uint8_t bits, int expected)
{
    put_word(fixture->queue, "untouched");
    assert_int_equal(object_flip(fixture->path, offset, bits), 0);
    int code = open_it(fixture);
    assert_int_equal(object_flip(fixture->path, offset, bits), 0);
    assert_code(code, expected);
    assert_true(strlen(fixture->message) > 20);
    assert_ok(open_it(fixture));
    get_word(fixture->queue, "untouched");
}

static void a_text_file_is_foreign_and_stays_as_it_is(void **state)
{
    struct queue_fixture *fixture = *state;
    static const char text[] = "This is somebody's text and no queue at all.\n";
    size_t size = 0;
    assert_int_equal(object_make(fixture->path, text, sizeof text - 1), 0);
    assert_code(open_it(fixture), IPCQ_FOREIGN);
    char *after = object_read(fixture->path, &size);
    assert_non_null(after);
    int same = size == sizeof text - 1 && memcmp(after, text, size) == 0;
    free(after);
    assert_true(same);
}

static void an_empty_file_is_foreign(void **state)
{
    struct queue_fixture *fixture = *state;
    assert_int_equal(object_make(fixture->path, "", 0), 0);
    assert_code(open_it(fixture), IPCQ_FOREIGN);
}

static void a_large_file_of_zeros_is_foreign(void **state)
{
    struct queue_fixture *fixture = *state;
    assert_int_equal(object_make(fixture->path, "", 0), 0);
    assert_int_equal(object_truncate(fixture->path, 1 << 20), 0);
    assert_code(open_it(fixture), IPCQ_FOREIGN);
}

static void every_byte_of_the_magic_counts(void **state)
{
    struct queue_fixture *fixture = *state;
    for (size_t i = 0; i < 8; ++i)
        refused_while_flipped(fixture, OBJECT_MAGIC + i, 0x20, IPCQ_FOREIGN);
}

static void another_layout_is_a_bad_version(void **state)
{
    struct queue_fixture *fixture = *state;
    refused_while_flipped(fixture, OBJECT_MAJOR, 0x02, IPCQ_BADVERSION);
    refused_while_flipped(fixture, OBJECT_MAJOR + 3, 0x80, IPCQ_BADVERSION);
}

static void a_feature_that_we_do_not_know_is_a_bad_version(void **state)
{
    struct queue_fixture *fixture = *state;
    refused_while_flipped(fixture, OBJECT_FEATURES + 7, 0x80, IPCQ_BADVERSION);
}

static void another_kind_of_system_is_a_bad_abi(void **state)
{
    struct queue_fixture *fixture = *state;
    refused_while_flipped(fixture, OBJECT_BYTE_ORDER, 0x05, IPCQ_BADABI);
    refused_while_flipped(fixture, OBJECT_POINTER_SIZE, 0x0c, IPCQ_BADABI);
    refused_while_flipped(fixture, OBJECT_SEM_SIZE, 0x30, IPCQ_BADABI);
    refused_while_flipped(fixture, OBJECT_C_LIBRARY, 0x03, IPCQ_BADABI);
    refused_while_flipped(fixture, OBJECT_PAGE_SIZE + 1, 0x50, IPCQ_BADABI);
}

static void an_object_that_was_cut_is_truncated(void **state)
{
    struct queue_fixture *fixture = *state;
    assert_ok(ipcq_close(fixture->queue)); /* nobody may touch the memory that is about to vanish */
    fixture->queue = NULL;
    assert_int_equal(object_truncate(fixture->path, 4096), 0);
    assert_code(open_it(fixture), IPCQ_TRUNCATED);
    assert_int_equal(object_truncate(fixture->path, 100), 0);
    assert_code(open_it(fixture), IPCQ_TRUNCATED);
}

static void other_kinds_of_file_are_foreign(void **state)
{
    struct queue_fixture *fixture = *state;
    assert_int_equal(mkdir(fixture->path, 0700), 0);
    int directory = open_it(fixture);
    rmdir(fixture->path);
    assert_int_equal(mkfifo(fixture->path, 0600), 0);
    int fifo = open_it(fixture);
    unlink(fixture->path);
    assert_code(directory, IPCQ_FOREIGN);
    assert_code(fifo, IPCQ_FOREIGN);
}

/* A squatter's link must lead neither to a queue of another name nor to a file to be made. */
static void a_symbolic_link_is_not_followed(void **state)
{
    struct queue_fixture *fixture = *state;
    char target[220];
    snprintf(target, sizeof target, "%s.target", fixture->path);
    assert_int_equal(rename(fixture->path, target), 0);
    assert_int_equal(symlink(target, fixture->path), 0);
    int to_a_queue = open_it(fixture);
    unlink(target);
    int dangling = open_it(fixture);
    int made = access(target, F_OK);
    assert_code(to_a_queue, IPCQ_FOREIGN);
    assert_code(dangling, IPCQ_FOREIGN);
    assert_int_equal(made, -1);
}

static void a_second_name_of_a_queue_is_foreign(void **state)
{
    struct queue_fixture *fixture = *state;
    char second[220];
    snprintf(second, sizeof second, "%s.second", fixture->path);
    assert_int_equal(link(fixture->path, second), 0);
    int code = open_it(fixture);
    unlink(second);
    assert_code(code, IPCQ_FOREIGN);
    assert_ok(open_it(fixture));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAME_TEST(a_text_file_is_foreign_and_stays_as_it_is),
        NAME_TEST(an_empty_file_is_foreign),
        NAME_TEST(a_large_file_of_zeros_is_foreign),
        QUEUE_TEST(every_byte_of_the_magic_counts, PLAIN),
        QUEUE_TEST(another_layout_is_a_bad_version, PLAIN),
        QUEUE_TEST(a_feature_that_we_do_not_know_is_a_bad_version, PLAIN),
        QUEUE_TEST(another_kind_of_system_is_a_bad_abi, PLAIN),
        QUEUE_TEST(an_object_that_was_cut_is_truncated, PLAIN),
        NAME_TEST(other_kinds_of_file_are_foreign),
        QUEUE_TEST(a_symbolic_link_is_not_followed, PLAIN),
        QUEUE_TEST(a_second_name_of_a_queue_is_foreign, PLAIN),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
