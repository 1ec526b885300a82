/* SPDX-License-Identifier: Apache-2.0 */
#include "support/child.h"
#include "support/items.h"

#include <string.h>
#include <unistd.h>

enum { NOBODY = 65534 };

static int become_nobody(void) { return setgid(NOBODY) == 0 && setuid(NOBODY) == 0 ? 0 : -1; }

static int open_as_nobody(void *state)
{
    struct queue_fixture *fixture = state;
    ipcq_t *queue = NULL;
    CHILD_CHECK(become_nobody() == 0);
    CHILD_CHECK(queue_open_with(fixture, &queue, (ipcq_options){0}) == IPCQ_DENIED);
    CHILD_CHECK(queue == NULL);
    CHILD_CHECK(strlen(fixture->message) > 20);
    return 0;
}

static int unlink_as_nobody(void *state)
{
    struct queue_fixture *fixture = state;
    CHILD_CHECK(become_nobody() == 0);
    CHILD_CHECK(ipcq_unlink(fixture->name) == IPCQ_DENIED);
    return 0;
}

static int use_as_nobody(void *state)
{
    struct queue_fixture *fixture = state;
    ipcq_t *queue = NULL;
    CHILD_CHECK(become_nobody() == 0);
    CHILD_CHECK(queue_open_with(fixture, &queue, (ipcq_options){0}) == IPCQ_OK);
    CHILD_CHECK(ipcq_put(queue, "from nobody", 11, IPCQ_NOWAIT) == IPCQ_OK);
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK);
    return 0;
}

static void a_private_queue_is_denied_to_others(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "untouched");
    assert_int_equal(child_run(open_as_nobody, fixture), 0);
    assert_int_equal(child_run(unlink_as_nobody, fixture), 0);
    assert_int_equal(access(fixture->path, F_OK), 0);
    get_word(fixture->queue, "untouched");
    assert_holds(fixture->queue, 0, 0);
}

/* Root's queues are trusted by everybody whom their mode lets in. */
static void a_wider_mode_lets_others_in(void **state)
{
    struct queue_fixture *fixture = *state;
    assert_ok(queue_open_with(fixture, &fixture->queue, (ipcq_options){.mode = 0666}));
    assert_int_equal(child_run(use_as_nobody, fixture), 0);
    get_word(fixture->queue, "from nobody");
}

static int make_world_writable(void *state)
{
    struct queue_fixture *fixture = state;
    ipcq_t *queue = NULL;
    CHILD_CHECK(become_nobody() == 0);
    CHILD_CHECK(queue_open_with(fixture, &queue, (ipcq_options){.mode = 0666}) == IPCQ_OK);
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK);
    return 0;
}

static int open_as_another_user(void *state)
{
    struct queue_fixture *fixture = state;
    ipcq_t *queue = NULL;
    CHILD_CHECK(setgid(NOBODY - 1) == 0 && setuid(NOBODY - 1) == 0);
    CHILD_CHECK(queue_open_with(fixture, &queue, (ipcq_options){0}) == IPCQ_DENIED);
    return 0;
}

/* The first user to take a well-known name must not make others join his queue. */
static void a_squatters_queue_is_denied_whatever_its_mode(void **state)
{
    struct queue_fixture *fixture = *state;
    assert_int_equal(child_run(make_world_writable, fixture), 0);
    assert_int_equal(child_run(open_as_another_user, fixture), 0);
}

static int skip_unless_root(void **state)
{
    (void)state;
    if (geteuid() == 0)
        return 0;
    print_message("SKIP: only root can become another user\n");
    _exit(77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(a_private_queue_is_denied_to_others, PLAIN),
        NAME_TEST(a_wider_mode_lets_others_in),
        NAME_TEST(a_squatters_queue_is_denied_whatever_its_mode),
    };
    return cmocka_run_group_tests(tests, skip_unless_root, NULL);
}
