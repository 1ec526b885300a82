/* SPDX-License-Identifier: Apache-2.0 */
#include "support/await.h"
#include "support/child.h"
#include "support/items.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

static void the_only_participant_is_this_handle(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_participant list[4] = {0};
    size_t count = 0;
    put_word(fixture->queue, "1");
    put_word(fixture->queue, "2");
    get_word(fixture->queue, "1");
    assert_ok(ipcq_task_done(fixture->queue, IPCQ_OLDEST));
    get_word(fixture->queue, "2");
    assert_ok(ipcq_participants(fixture->queue, list, 4, &count));
    assert_int_equal(count, 1);
    assert_int_equal(list[0].pid, getpid());
    assert_int_equal(list[0].alive, 1);
    assert_int_equal(list[0].self, 1);
    assert_int_equal(list[0].taken, 1);
    assert_int_equal(list[0].puts, 2);
    assert_int_equal(list[0].gets, 2);
    assert_int_equal(list[0].dones, 1);
}

static void the_command_is_the_thread_name_at_open(void **state)
{
    struct queue_fixture *fixture = *state;
    char expected[16] = "";
    ipcq_participant one = {0};
    size_t count = 0;
    assert_int_equal(pthread_getname_np(pthread_self(), expected, sizeof expected), 0);
    assert_ok(ipcq_participants(fixture->queue, &one, 1, &count));
    assert_string_equal(one.command, expected);
}

static int take_and_hold(void *queue)
{
    uint64_t number = 0;
    CHILD_CHECK(get_number(queue, &number, NULL, IPCQ_NOWAIT) == IPCQ_OK);
    for (;;)
        pause();
}

static void who_holds_what_can_be_seen(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_participant list[4] = {0};
    size_t count = 0, found = 0;
    assert_ok(put_number(fixture->queue, 1, IPCQ_NOWAIT));
    pid_t holder = child_start(take_and_hold, fixture->queue);
    await_taken(fixture->queue, 1);
    assert_ok(ipcq_participants(fixture->queue, list, 4, &count));
    assert_int_equal(count, 2);
    for (size_t i = 0; i < count; ++i)
        if (list[i].pid == holder) {
            ++found;
            assert_int_equal(list[i].taken, 1);
            assert_int_equal(list[i].alive, 1);
            assert_int_equal(list[i].self, 0);
        }
    assert_int_equal(found, 1);
}

static void a_short_array_gets_what_fits_and_the_whole_count(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_t *second = queue_open_again(fixture);
    ipcq_participant list[2];
    size_t count = 0, count_only = 0;
    memset(list, 0x55, sizeof list);
    int one = ipcq_participants(fixture->queue, list, 1, &count);
    int none = ipcq_participants(fixture->queue, NULL, 0, &count_only);
    assert_ok(ipcq_close(second));
    assert_ok(one);
    assert_ok(none);
    assert_int_equal(count, 2);
    assert_int_equal(count_only, 2);
    assert_int_equal(list[1].pid, 0x55555555);
    assert_code(ipcq_participants(fixture->queue, NULL, 1, &count), IPCQ_INVALID);
    assert_code(ipcq_participants(fixture->queue, list, 1, NULL), IPCQ_INVALID);
    assert_code(ipcq_participants(NULL, list, 1, &count), IPCQ_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(the_only_participant_is_this_handle, JOINABLE),
        QUEUE_TEST(the_command_is_the_thread_name_at_open, PLAIN),
        QUEUE_TEST(who_holds_what_can_be_seen, JOINABLE),
        QUEUE_TEST(a_short_array_gets_what_fits_and_the_whole_count, PLAIN),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
