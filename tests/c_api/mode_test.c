/*
 * The permission bits of a queue: reading and writing are permitted together, to the owner always, and nothing else is.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/items.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const uint32_t accepted[] = {0600, 0660, 0606, 0666};

/* The owner lacks a bit; somebody may only read, or only write; execute; setuid, setgid, sticky; other bits. */
static const uint32_t refused[] = {0400,  0200,  0060,  0006,  0066,   0460,    0640,    0620,           0604,
                                   0602,  0644,  0622,  0664,  0700,   0670,    0667,    0755,           0777,
                                   04600, 02660, 01666, 07777, 010600, 0100600, 0200000, 1u << 31 | 0600};

/* The message names the mode and one that would do. */
static void assert_names(const struct queue_fixture *fixture, uint32_t mode)
{
    char text[20];
    snprintf(text, sizeof text, "%04o", mode);
    if (strstr(fixture->message, text) == NULL || strstr(fixture->message, "0660") == NULL)
        fail_msg("mode %04o: the message is '%s'", mode, fixture->message);
}

static void an_accepted_mode_is_the_objects(void **state)
{
    struct queue_fixture *fixture = *state;
    struct stat object;
    for (size_t i = 0; i < COUNT(accepted); ++i) {
        assert_ok(queue_open_with(fixture, &fixture->queue, (ipcq_options){.mode = accepted[i]}));
        assert_int_equal(stat(fixture->path, &object), 0);
        assert_int_equal(object.st_mode & 07777, accepted[i]);
        ipcq_t *second = queue_open_again(fixture);
        assert_ok(ipcq_close(second));
        assert_ok(ipcq_close(fixture->queue));
        fixture->queue = NULL;
        assert_ok(ipcq_unlink(fixture->name));
    }
}

static void another_mode_is_invalid_and_makes_nothing(void **state)
{
    struct queue_fixture *fixture = *state;
    for (size_t i = 0; i < COUNT(refused); ++i) {
        assert_code(queue_open_with(fixture, &fixture->queue, (ipcq_options){.mode = refused[i]}), IPCQ_INVALID);
        assert_null(fixture->queue);
        assert_names(fixture, refused[i]);
        assert_int_equal(access(fixture->path, F_OK), -1);
    }
}

static void another_mode_is_invalid_for_a_queue_that_exists(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_t *second = NULL;
    put_word(fixture->queue, "untouched");
    assert_code(queue_open_with(fixture, &second, (ipcq_options){.mode = 0640}), IPCQ_INVALID);
    assert_names(fixture, 0640);
    assert_null(second);
    get_word(fixture->queue, "untouched");
}

static void another_mode_is_invalid_for_an_anonymous_queue(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_options options = {.struct_size = sizeof options,
                            .mode = 0644,
                            .message = fixture->message,
                            .message_capacity = sizeof fixture->message};
    assert_code(ipcq_open(&fixture->queue, NULL, &options), IPCQ_INVALID);
    assert_null(fixture->queue);
    assert_names(fixture, 0644);
}

/* The owner changed the mode of an object that exists. */
static void a_queue_with_another_mode_is_denied_until_it_is_changed_back(void **state)
{
    static const uint32_t modes[] = {0644, 0622, 04600, 0640, 0620, 02660, 01666, 0755, 0700};
    static const uint32_t flags[] = {0, IPCQ_OPEN_ONLY, IPCQ_ANY_OWNER};
    struct queue_fixture *fixture = *state;
    ipcq_t *second = NULL;
    put_word(fixture->queue, "kept");
    for (size_t i = 0; i < COUNT(modes); ++i)
        for (size_t f = 0; f < COUNT(flags); ++f) {
            assert_int_equal(chmod(fixture->path, modes[i]), 0);
            assert_code(queue_open_with(fixture, &second, (ipcq_options){.flags = flags[f]}), IPCQ_DENIED);
            assert_null(second);
            assert_names(fixture, modes[i]);
            assert_non_null(strstr(fixture->message, "chmod"));
        }
    assert_int_equal(chmod(fixture->path, 0660), 0);
    second = queue_open_again(fixture);
    get_word(second, "kept");
    assert_ok(ipcq_close(second));
}

/* The mode is looked at when a queue is opened, and at no other time. */
static void a_participant_goes_on_whatever_the_mode_becomes(void **state)
{
    struct queue_fixture *fixture = *state;
    assert_int_equal(chmod(fixture->path, 0644), 0);
    put_word(fixture->queue, "still in");
    get_word(fixture->queue, "still in");
    assert_ok(ipcq_unlink(fixture->name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAME_TEST(an_accepted_mode_is_the_objects),
        NAME_TEST(another_mode_is_invalid_and_makes_nothing),
        QUEUE_TEST(another_mode_is_invalid_for_a_queue_that_exists, PLAIN),
        NAME_TEST(another_mode_is_invalid_for_an_anonymous_queue),
        QUEUE_TEST(a_queue_with_another_mode_is_denied_until_it_is_changed_back, PLAIN),
        QUEUE_TEST(a_participant_goes_on_whatever_the_mode_becomes, PLAIN),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
