/* SPDX-License-Identifier: Apache-2.0 */
#include "support/await.h"
#include "support/child.h"
#include "support/items.h"

#include <string.h>
#include <unistd.h>

static void when_every_slot_is_taken_open_is_refused(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_t *second = queue_open_again(fixture), *third = NULL;
    put_word(fixture->queue, "untouched");
    int refused = queue_open_with(fixture, &third, (ipcq_options){0});
    assert_ok(ipcq_close(second));
    assert_code(refused, IPCQ_CROWDED);
    assert_null(third);
    assert_non_null(strstr(fixture->message, "max_participants"));
    third = queue_open_again(fixture);
    get_word(third, "untouched");
    assert_ok(ipcq_close(third));
}

static int put_in_the_crowd(void *queue)
{
    CHILD_CHECK(ipcq_put(queue, "x", 1, IPCQ_NOWAIT) == IPCQ_CROWDED);
    return 0;
}

static void a_forked_child_is_told_so_as_well(void **state)
{
    struct queue_fixture *fixture = *state;
    ipcq_t *second = queue_open_again(fixture);
    int answer = child_run(put_in_the_crowd, fixture->queue);
    assert_ok(ipcq_close(second));
    assert_int_equal(answer, 0);
    assert_holds(fixture->queue, 0, 0);
}

static int use_and_stay(void *queue)
{
    CHILD_CHECK(ipcq_put(queue, "x", 1, IPCQ_NOWAIT) == IPCQ_OK);
    for (;;)
        pause();
}

/* Slots of the dead are no crowd: the next one that comes cleans them up. */
static void the_killed_make_room(void **state)
{
    struct queue_fixture *fixture = *state;
    for (uint64_t round = 0; round < 20; ++round) {
        pid_t child = child_start(use_and_stay, fixture->queue);
        await_items(fixture->queue, round + 1);
        child_kill(child);
    }
    assert_holds(fixture->queue, 20, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(when_every_slot_is_taken_open_is_refused, PLAIN, .max_participants = 2),
        QUEUE_TEST(a_forked_child_is_told_so_as_well, PLAIN, .max_participants = 2),
        QUEUE_TEST(the_killed_make_room, PLAIN, .max_participants = 2),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
