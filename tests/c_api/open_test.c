/* SPDX-License-Identifier: Apache-2.0 */
#include "support/items.h"
#include "support/queue_fixture.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void open_makes_a_queue_where_there_is_none(void **state)
{
    struct queue_fixture *fixture = *state;
    assert_int_equal(access(fixture->path, F_OK), -1);
    assert_ok(ipcq_open(&fixture->queue, fixture->name, NULL));
    assert_int_equal(access(fixture->path, F_OK), 0);
    assert_holds(fixture->queue, 0, 0);
}

static void zero_options_make_a_plain_unbounded_private_queue(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_stats stats = {.struct_size = sizeof stats};
    struct stat object;
    assert_ok(queue_open_with(fixture, &fixture->queue, (ipcq_options){0}));
    assert_ok(ipcq_stat(fixture->queue, &stats));
    assert_int_equal(stats.joinable, 0);
    assert_int_equal(stats.max_items, 0);
    assert_int_equal(stats.max_participants, 1024);
    assert_true(stats.capacity_bytes > 0);
    assert_int_equal(stat(fixture->path, &object), 0);
    assert_int_equal(object.st_mode & 07777, 0600);
}

static void mode_is_what_was_asked_for_whatever_the_umask(void **state)
{
    struct queue_fixture *fixture = *state;
    struct stat object;
    mode_t before = umask(0777);
    int code = queue_open_with(fixture, &fixture->queue, (ipcq_options){.mode = 0660});
    umask(before);
    assert_ok(code);
    assert_int_equal(stat(fixture->path, &object), 0);
    assert_int_equal(object.st_mode & 07777, 0660);
}

static void two_handles_of_one_process_share_the_queue(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_t *second = queue_open_again(fixture);
    put_word(fixture->queue, "through the first");
    get_word(second, "through the first");
    assert_ok(ipcq_close(second));
}

static void open_only_refuses_to_make_a_queue(void **state)
{
    struct queue_fixture *fixture = *state;
    assert_code(queue_open_with(fixture, &fixture->queue, (ipcq_options){.flags = IPCQ_OPEN_ONLY}), IPCQ_NOTFOUND);
    assert_null(fixture->queue);
    assert_int_equal(access(fixture->path, F_OK), -1);
}

static void create_only_refuses_a_queue_that_exists(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_t *second = NULL;
    put_word(fixture->queue, "untouched");
    assert_code(queue_open_with(fixture, &second, (ipcq_options){.flags = IPCQ_CREATE_ONLY}), IPCQ_EXISTS);
    assert_null(second);
    get_word(fixture->queue, "untouched");
}

static void zero_options_accept_a_queue_as_it_is(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_t *second = NULL;
    assert_ok(queue_open_with(fixture, &second, (ipcq_options){0}));
    assert_ok(ipcq_close(second));
}

static void equal_options_are_accepted(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_t *second = NULL;
    assert_ok(queue_open_with(fixture, &second,
                              (ipcq_options){.flags = IPCQ_JOINABLE | IPCQ_OPEN_ONLY,
                                             .max_items = 7000007,
                                             .capacity_bytes = 1 << 20,
                                             .max_participants = 9}));
    assert_ok(ipcq_close(second));
}

static void other_options_are_a_mismatch_that_names_both_values(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_t *second = NULL;
    put_word(fixture->queue, "untouched");

    assert_code(queue_open_with(fixture, &second, (ipcq_options){.max_items = 8000008}), IPCQ_MISMATCH);
    assert_non_null(strstr(fixture->message, "7000007"));
    assert_non_null(strstr(fixture->message, "8000008"));
    assert_code(queue_open_with(fixture, &second, (ipcq_options){.flags = IPCQ_PLAIN}), IPCQ_MISMATCH);
    assert_code(queue_open_with(fixture, &second, (ipcq_options){.capacity_bytes = 1 << 21}), IPCQ_MISMATCH);
    assert_code(queue_open_with(fixture, &second, (ipcq_options){.max_participants = 10}), IPCQ_MISMATCH);
    assert_null(second);
    assert_holds(fixture->queue, 1, 0);
    assert_int_equal(get_word(fixture->queue, "untouched").deliveries, 0);
}

static void a_failed_open_leaves_no_descriptor(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_t *second = NULL;
    int before = dup(0);
    close(before);
    assert_code(queue_open_with(fixture, &second, (ipcq_options){.max_items = 8000008}), IPCQ_MISMATCH);
    assert_code(queue_open_with(fixture, &second, (ipcq_options){.flags = IPCQ_CREATE_ONLY}), IPCQ_EXISTS);
    int after = dup(0);
    close(after);
    assert_int_equal(after, before);
}

static void a_failed_open_fills_the_message_and_ends_it(void **state)
{
    struct queue_fixture *fixture = *state;
    char message[8];
    ipcq_options options = {
        .struct_size = sizeof options, .flags = IPCQ_OPEN_ONLY, .message = message, .message_capacity = sizeof message};
    memset(message, 'x', sizeof message);
    assert_code(ipcq_open(&fixture->queue, fixture->name, &options), IPCQ_NOTFOUND);
    assert_int_equal(message[7], '\0');
    assert_in_range(strlen(message), 1, 7);
}

static void options_out_of_range_are_refused(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_options options = {.struct_size = sizeof options};
    assert_code(ipcq_open(NULL, fixture->name, NULL), IPCQ_INVALID);
    options.struct_size = 0;
    assert_code(ipcq_open(&fixture->queue, fixture->name, &options), IPCQ_INVALID);
    assert_code(queue_open_with(fixture, &fixture->queue, (ipcq_options){.flags = 1u << 30}), IPCQ_INVALID);
    assert_true(strlen(fixture->message) > 20);
    assert_code(queue_open_with(fixture, &fixture->queue, (ipcq_options){.flags = IPCQ_PLAIN | IPCQ_JOINABLE}),
                IPCQ_INVALID);
    assert_code(queue_open_with(fixture, &fixture->queue, (ipcq_options){.flags = IPCQ_OPEN_ONLY | IPCQ_CREATE_ONLY}),
                IPCQ_INVALID);
    assert_code(queue_open_with(fixture, &fixture->queue, (ipcq_options){.reserved = 1}), IPCQ_INVALID);
    assert_true(strlen(fixture->message) > 20);
    assert_code(queue_open_with(fixture, &fixture->queue, (ipcq_options){.max_participants = 4097}), IPCQ_INVALID);
    assert_code(queue_open_with(fixture, &fixture->queue, (ipcq_options){.mode = 010000}), IPCQ_INVALID);
    assert_null(fixture->queue);
    assert_int_equal(access(fixture->path, F_OK), -1);
}

static void an_anonymous_queue_vanishes_with_its_last_participant(void **state)
{
    struct queue_fixture *fixture = *state;
    char path[240];
    char name[202];
    ipcq_t *anonymous = NULL, *second = NULL;
    (void)fixture;
    assert_ok(ipcq_open(&anonymous, NULL, NULL));
    assert_ok(ipcq_name(anonymous, name, sizeof name));
    snprintf(path, sizeof path, "/dev/shm/ipcq.%s", name);
    assert_int_equal(access(path, F_OK), 0);
    assert_ok(ipcq_open(&second, name, NULL));
    assert_ok(ipcq_close(anonymous));
    put_word(second, "still there");
    get_word(second, "still there");
    assert_ok(ipcq_close(second));
    assert_int_equal(access(path, F_OK), -1);
}

static void a_named_queue_outlives_its_participants(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "kept");
    assert_ok(ipcq_close(fixture->queue));
    fixture->queue = NULL;
    fixture->queue = queue_open_again(fixture);
    get_word(fixture->queue, "kept");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAME_TEST(open_makes_a_queue_where_there_is_none),
        NAME_TEST(zero_options_make_a_plain_unbounded_private_queue),
        NAME_TEST(mode_is_what_was_asked_for_whatever_the_umask),
        QUEUE_TEST(two_handles_of_one_process_share_the_queue, PLAIN),
        NAME_TEST(open_only_refuses_to_make_a_queue),
        QUEUE_TEST(create_only_refuses_a_queue_that_exists, PLAIN),
        QUEUE_TEST(zero_options_accept_a_queue_as_it_is, JOINABLE, .max_items = 7000007),
        QUEUE_TEST(equal_options_are_accepted, JOINABLE, .max_items = 7000007, .capacity_bytes = 1 << 20,
                   .max_participants = 9),
        QUEUE_TEST(other_options_are_a_mismatch_that_names_both_values, JOINABLE, .max_items = 7000007,
                   .capacity_bytes = 1 << 20, .max_participants = 9),
        QUEUE_TEST(a_failed_open_leaves_no_descriptor, PLAIN, .max_items = 7000007),
        NAME_TEST(a_failed_open_fills_the_message_and_ends_it),
        NAME_TEST(options_out_of_range_are_refused),
        NAME_TEST(an_anonymous_queue_vanishes_with_its_last_participant),
        QUEUE_TEST(a_named_queue_outlives_its_participants, PLAIN),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
