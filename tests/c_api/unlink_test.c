/* SPDX-License-Identifier: Apache-2.0 */
#include "support/items.h"

#include <unistd.h>

static void the_name_is_gone_and_participants_go_on(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_t *second = queue_open_again(fixture);
    assert_ok(ipcq_unlink(fixture->name));
    assert_int_equal(access(fixture->path, F_OK), -1);
    put_word(fixture->queue, "still shared");
    get_word(second, "still shared");
    assert_ok(ipcq_close(second));
}

static void the_next_open_makes_a_new_queue(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "old");
    assert_ok(ipcq_unlink(fixture->name));
    ipcq_t *fresh = queue_open_again(fixture);
    put_word(fresh, "new");
    get_word(fresh, "new");
    assert_holds(fresh, 0, 0);
    assert_ok(ipcq_close(fresh));
    get_word(fixture->queue, "old");
}

static void a_name_that_nobody_has_is_not_found(void **state)
{
    struct queue_fixture *fixture = *state;
    assert_code(ipcq_unlink(fixture->name), IPCQ_NOTFOUND);
}

static void wrong_names_are_refused(void **state)
{
    (void)state;
    assert_code(ipcq_unlink(NULL), IPCQ_INVALID);
    assert_code(ipcq_unlink(""), IPCQ_BADNAME);
    assert_code(ipcq_unlink("../x"), IPCQ_BADNAME);
    assert_code(ipcq_unlink("amqp://host/vhost/queue"), IPCQ_SCHEME);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(the_name_is_gone_and_participants_go_on, PLAIN),
        QUEUE_TEST(the_next_open_makes_a_new_queue, PLAIN),
        NAME_TEST(a_name_that_nobody_has_is_not_found),
        NAME_TEST(wrong_names_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
