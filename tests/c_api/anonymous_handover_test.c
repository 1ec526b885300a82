/*
 * A process that leaves an anonymous queue to a child, as daemons do: the child has the queue, and the name stays,
 * however soon the parent ends.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/anonymous.h"
#include "support/child.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

enum { ROUNDS = 20, DESCRIPTORS = 1000, CHILD_SECONDS = 60 };

/* Of one round. The processes share the flags. */
struct handover {
    bool parent_closes, child_closes_descriptors;
    struct flag *parent_gone, *finished;
};

static void inherit(const struct handover *handover)
{
    char text[8];
    size_t size = 0;
    alarm(CHILD_SECONDS); /* no process waits for it */
    if (handover->child_closes_descriptors)
        for (int fd = 3; fd < DESCRIPTORS; ++fd)
            close(fd);
    flag_await(handover->parent_gone);
    told->code[1] = ipcq_get(anonymous_queue, text, sizeof text, &size, IPCQ_NOWAIT);
    flag_raise(handover->finished);
    _exit(0);
}

static int leave_it_to_a_child(void *argument)
{
    const struct handover *handover = argument;
    CHILD_CHECK(make_anonymous(0) == IPCQ_OK && tell_name(0) == IPCQ_OK);
    CHILD_CHECK(ipcq_put(anonymous_queue, "left", 4, IPCQ_NOWAIT) == IPCQ_OK);
    const pid_t child = fork();
    if (child == 0)
        inherit(handover);
    CHILD_CHECK(child > 0);
    if (handover->parent_closes)
        CHILD_CHECK(ipcq_close(anonymous_queue) == IPCQ_OK);
    exit(0);
}

/* A child has ended and has not closed the queue. Any process may have removed the name by now. */
static void forget_name(void)
{
    const int code = ipcq_unlink(told->name[0]);
    assert_true(code == IPCQ_OK || code == IPCQ_NOTFOUND);
}

static void assert_handed_over(bool parent_closes, bool child_closes_descriptors)
{
    for (int round = 0; round < ROUNDS; ++round) {
        struct handover handover = {parent_closes, child_closes_descriptors, flag_new(), flag_new()};
        assert_int_equal(child_run(leave_it_to_a_child, &handover), 0);
        assert_true(leads_to_a_file(told->name[0]));
        flag_raise(handover.parent_gone);
        flag_await(handover.finished);
        assert_ok(told->code[1]);
        forget_name();
        flag_free(handover.parent_gone);
        flag_free(handover.finished);
    }
}

static void a_child_has_the_queue_when_its_parent_exits_at_once(void **state)
{
    (void)state;
    assert_handed_over(false, false);
}

static void a_child_has_the_queue_when_its_parent_closes_it_at_once(void **state)
{
    (void)state;
    assert_handed_over(true, false);
}

static void a_child_without_descriptors_has_the_queue_by_its_name(void **state)
{
    (void)state;
    assert_handed_over(false, true);
    assert_handed_over(true, true);
}

/* A child that forks before it has used the queue. */
static int hand_on_and_exit(void *ignored)
{
    (void)ignored;
    const pid_t last = fork();
    if (last == 0) {
        alarm(CHILD_SECONDS);
        flag_await(go);
        told->code[1] = use(anonymous_queue);
        flag_raise(there);
        _exit(0);
    }
    exit(last > 0 ? 0 : 1);
}

static void a_grandchild_of_an_idle_child_has_the_queue(void **state)
{
    (void)state;
    assert_ok(make_anonymous(0));
    assert_ok(tell_name(0));
    assert_int_equal(child_run(hand_on_and_exit, NULL), 0);
    assert_ok(ipcq_close(anonymous_queue));
    anonymous_queue = NULL;
    assert_true(leads_to_a_file(told->name[0]));
    flag_raise(go);
    flag_await(there);
    assert_ok(told->code[1]);
    forget_name();
}

static int die_with_a_name(void *ignored)
{
    (void)ignored;
    CHILD_CHECK(make_anonymous(0) == IPCQ_OK && tell_name(0) == IPCQ_OK && leads_to_a_file(told->name[0]));
    return raise(SIGKILL);
}

static int make_another(void *ignored)
{
    (void)ignored;
    CHILD_CHECK(make_anonymous(0) == IPCQ_OK);
    return ipcq_close(anonymous_queue);
}

/* Their common parent has looked for such names before. */
static void a_worker_removes_the_name_of_a_killed_one(void **state)
{
    (void)state;
    assert_ok(make_anonymous(0));
    assert_int_equal(child_run(die_with_a_name, NULL), -SIGKILL); /* any process may remove the name now */
    assert_int_equal(child_run(make_another, NULL), 0);
    assert_false(leads_to_a_file(told->name[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ANONYMOUS_TEST(a_child_has_the_queue_when_its_parent_exits_at_once),
        ANONYMOUS_TEST(a_child_has_the_queue_when_its_parent_closes_it_at_once),
        ANONYMOUS_TEST(a_child_without_descriptors_has_the_queue_by_its_name),
        ANONYMOUS_TEST(a_grandchild_of_an_idle_child_has_the_queue),
        ANONYMOUS_TEST(a_worker_removes_the_name_of_a_killed_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
