/* SPDX-License-Identifier: Apache-2.0 */
#include "support/items.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void the_name_is_the_one_it_was_opened_by(void **state)
{
    struct queue_fixture *fixture = *state;
    char name[202];
    assert_ok(ipcq_name(fixture->queue, name, sizeof name));
    assert_string_equal(name, fixture->name);
}

static void a_buffer_that_is_too_small_is_not_written(void **state)
{
    struct queue_fixture *fixture = *state;
    char name[202];
    size_t length = strlen(fixture->name);
    memset(name, 'x', sizeof name);
    assert_code(ipcq_name(fixture->queue, name, length), IPCQ_TOOBIG);
    assert_int_equal(name[0], 'x');
    assert_ok(ipcq_name(fixture->queue, name, length + 1));
    assert_string_equal(name, fixture->name);
    assert_code(ipcq_name(fixture->queue, NULL, 10), IPCQ_INVALID);
    assert_code(ipcq_name(NULL, name, sizeof name), IPCQ_INVALID);
}

static void anonymous_names_differ(void **state)
{
    ipcq_t *first = NULL, *second = NULL;
    char first_name[202], second_name[202];
    (void)state;
    assert_ok(ipcq_open(&first, NULL, NULL));
    assert_ok(ipcq_open(&second, NULL, NULL));
    assert_ok(ipcq_name(first, first_name, sizeof first_name));
    assert_ok(ipcq_name(second, second_name, sizeof second_name));
    assert_ok(ipcq_close(first));
    assert_ok(ipcq_close(second));
    assert_string_not_equal(first_name, second_name);
}

static void wrong_names_are_refused(void **state)
{
    struct queue_fixture *fixture = *state;
    static const char *const wrong[] = {"",    ".hidden", "..",   "a/b",  "/a",  "a b", "a\n",
                                        "a*b", "grüße",   "\x01", "a\\b", "a:b", "a%b", "~"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i)
        assert_code(ipcq_open(&fixture->queue, wrong[i], NULL), IPCQ_BADNAME);
    assert_null(fixture->queue);
}

static void names_of_a_broker_are_refused_by_their_own_code(void **state)
{
    struct queue_fixture *fixture = *state;
    assert_code(ipcq_open(&fixture->queue, "amqp://host/vhost/queue", NULL), IPCQ_SCHEME);
    assert_null(fixture->queue);
}

/* All characters that are allowed, made unique by the fixture's name and as long as it may be. */
static void a_name_may_have_200_bytes_and_no_more(void **state)
{
    struct queue_fixture *fixture = *state;
    char name[202], path[240];
    ipcq_t *queue = NULL;
    memset(name, 'z', sizeof name);
    size_t length = (size_t)snprintf(name, sizeof name, "AZaz09._-%s", fixture->name);
    name[length] = 'z';
    name[201] = '\0';
    assert_code(ipcq_open(&queue, name, NULL), IPCQ_BADNAME);
    name[200] = '\0';
    snprintf(path, sizeof path, "/dev/shm/ipcq.%s", name);
    int opened = ipcq_open(&queue, name, NULL);
    int linked = access(path, F_OK);
    int closed = ipcq_close(queue);
    unlink(path);
    assert_ok(opened);
    assert_int_equal(linked, 0);
    assert_ok(closed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(the_name_is_the_one_it_was_opened_by, PLAIN),
        QUEUE_TEST(a_buffer_that_is_too_small_is_not_written, PLAIN),
        NAME_TEST(anonymous_names_differ),
        NAME_TEST(wrong_names_are_refused),
        NAME_TEST(names_of_a_broker_are_refused_by_their_own_code),
        NAME_TEST(a_name_may_have_200_bytes_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
