/* SPDX-License-Identifier: Apache-2.0 */
#include "support/await.h"
#include "support/child.h"
#include "support/items.h"

#include <unistd.h>

enum { ROUNDS = 10 };

struct birth {
    struct queue_fixture *fixture;
    struct flag *born;
};

static int create_put_and_stay(void *argument)
{
    struct birth *birth = argument;
    ipcq_t *queue = NULL;
    CHILD_CHECK(queue_open_with(birth->fixture, &queue, (ipcq_options){.flags = IPCQ_JOINABLE | IPCQ_CREATE_ONLY}) ==
                IPCQ_OK);
    CHILD_CHECK(put_number(queue, 1, IPCQ_NOWAIT) == IPCQ_OK);
    CHILD_CHECK(put_number(queue, 2, IPCQ_NOWAIT) == IPCQ_OK);
    flag_raise(birth->born);
    for (;;)
        pause();
}

static void numbers_are(ipcq_t *queue, uint64_t first, uint64_t last)
{
    for (uint64_t expected = first; expected <= last; ++expected) {
        uint64_t number = 0;
        assert_ok(get_number(queue, &number, NULL, IPCQ_NOWAIT));
        assert_int_equal(number, expected);
        assert_ok(ipcq_task_done(queue, IPCQ_OLDEST));
    }
}

static void participants_and_newcomers_go_on(void **state)
{
    struct queue_fixture *fixture = *state;
    for (int round = 0; round < ROUNDS; ++round) {
        struct birth birth = {fixture, flag_new()};
        pid_t creator = child_start(create_put_and_stay, &birth);
        flag_await(birth.born);
        flag_free(birth.born);
        fixture->queue = queue_open_again(fixture);
        assert_ok(put_number(fixture->queue, 3, IPCQ_NOWAIT));
        child_kill(creator);

        numbers_are(fixture->queue, 1, 2);
        ipcq_t *newcomer = queue_open_again(fixture);
        numbers_are(newcomer, 3, 3);
        assert_ok(put_number(newcomer, 4, IPCQ_NOWAIT));
        assert_ok(ipcq_close(newcomer));
        numbers_are(fixture->queue, 4, 4);
        assert_ok(ipcq_join(fixture->queue, IPCQ_NOWAIT));
        assert_ok(ipcq_close(fixture->queue));
        fixture->queue = NULL;
        assert_ok(ipcq_unlink(fixture->name));
    }
}

static int create_and_die(void *argument)
{
    struct queue_fixture *fixture = argument;
    ipcq_t *queue = NULL;
    CHILD_CHECK(queue_open_with(fixture, &queue, (ipcq_options){.flags = IPCQ_JOINABLE}) == IPCQ_OK);
    for (;;)
        CHILD_CHECK(put_number(queue, 1, IPCQ_FOREVER) == IPCQ_OK);
}

/* Killed at any moment of its birth, there is no queue or a whole one. */
static void there_is_never_half_a_queue(void **state)
{
    struct queue_fixture *fixture = *state;
    for (int round = 0; round < 100; ++round) {
        pid_t creator = child_start(create_and_die, fixture);
        usleep((useconds_t)(round * 20));
        child_kill(creator);
        int code = ipcq_open(&fixture->queue, fixture->name,
                             &(ipcq_options){.struct_size = sizeof(ipcq_options), .flags = IPCQ_OPEN_ONLY});
        if (code != IPCQ_NOTFOUND) {
            assert_ok(code);
            assert_ok(put_number(fixture->queue, 2, IPCQ_NOWAIT));
            assert_ok(ipcq_close(fixture->queue));
            fixture->queue = NULL;
            assert_ok(ipcq_unlink(fixture->name));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAME_TEST(participants_and_newcomers_go_on),
        NAME_TEST(there_is_never_half_a_queue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
