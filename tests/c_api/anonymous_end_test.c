/*
 * The end of a process that does not close its anonymous queue. Nothing is left of the queue if its name was never
 * asked for, nor after exit() if it was.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/anonymous.h"
#include "support/child.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

static int exit_nameless(void *ignored)
{
    (void)ignored;
    CHILD_CHECK(make_anonymous(0) == IPCQ_OK && use(anonymous_queue) == 0);
    exit(names_of_file() == 0 ? 0 : 1);
}

static int die_nameless(void *ignored)
{
    (void)ignored;
    CHILD_CHECK(make_anonymous(0) == IPCQ_OK && use(anonymous_queue) == 0 && names_of_file() == 0);
    return raise(SIGKILL);
}

static void whatever_ends_a_process_nothing_is_left_of_a_queue_without_a_name(void **state)
{
    (void)state;
    assert_int_equal(child_run(exit_nameless, NULL), 0);
    assert_int_equal(child_run(die_nameless, NULL), -SIGKILL);
}

static int exit_named(void *ignored)
{
    (void)ignored;
    CHILD_CHECK(make_anonymous(0) == IPCQ_OK && use(anonymous_queue) == 0 && tell_name(0) == IPCQ_OK);
    exit(leads_to_a_file(told->name[0]) ? 0 : 1);
}

static void exit_removes_the_name(void **state)
{
    (void)state;
    assert_int_equal(child_run(exit_named, NULL), 0);
    assert_false(leads_to_a_file(told->name[0]));
}

/* Handles of several queues, and two of each, as of a program and a library in it. */
static int exit_with_many_handles(void *ignored)
{
    static ipcq_t *volatile first[2], *volatile second[2]; /* a lost handle would be a leak */
    ipcq_t *opened = NULL;
    (void)ignored;
    for (int i = 0; i < 2; ++i) {
        CHILD_CHECK(make_anonymous(0) == IPCQ_OK && tell_name(i) == IPCQ_OK);
        first[i] = anonymous_queue;
        CHILD_CHECK(ipcq_open(&opened, told->name[i], NULL) == IPCQ_OK);
        second[i] = opened;
    }
    for (int i = 0; i < 2; ++i)
        CHILD_CHECK(use(first[i]) == 0 && use(second[i]) == 0);
    exit(0);
}

static void exit_counts_all_handles_of_the_process_as_its_own(void **state)
{
    (void)state;
    assert_int_equal(child_run(exit_with_many_handles, NULL), 0);
    assert_false(leads_to_a_file(told->name[0]));
    assert_false(leads_to_a_file(told->name[1]));
}

static void *wait_for_ever(void *ignored)
{
    uint64_t number = 0;
    (void)ignored;
    get_number(anonymous_queue, &number, NULL, IPCQ_FOREVER);
    return NULL;
}

static int exit_beside_a_waiting_thread(void *ignored)
{
    pthread_t thread;
    (void)ignored;
    CHILD_CHECK(make_anonymous(0) == IPCQ_OK && tell_name(0) == IPCQ_OK);
    CHILD_CHECK(pthread_create(&thread, NULL, wait_for_ever, NULL) == 0);
    await_getters(anonymous_queue, 1);
    exit(0);
}

static void exit_does_not_wait_for_a_thread(void **state)
{
    (void)state;
    assert_int_equal(child_run(exit_beside_a_waiting_thread, NULL), 0);
    assert_false(leads_to_a_file(told->name[0]));
}

static int use_and_exit(void *ignored)
{
    (void)ignored;
    CHILD_CHECK(use(anonymous_queue) == 0);
    exit(0);
}

static int exit_at_once(void *ignored)
{
    (void)ignored;
    exit(0);
}

static int open_by_name_and_exit(void *ignored)
{
    ipcq_t *other = NULL;
    (void)ignored;
    CHILD_CHECK(ipcq_open(&other, told->name[0], NULL) == IPCQ_OK && use(other) == 0);
    exit(0);
}

static void a_childs_exit_leaves_the_name_to_its_parent(void **state)
{
    (void)state;
    assert_ok(make_anonymous(0));
    assert_ok(tell_name(0));
    assert_int_equal(child_run(use_and_exit, NULL), 0);
    assert_true(leads_to_a_file(told->name[0]));
    assert_int_equal(child_run(exit_at_once, NULL), 0);
    assert_true(leads_to_a_file(told->name[0]));
    assert_int_equal(child_run(open_by_name_and_exit, NULL), 0);
    assert_true(leads_to_a_file(told->name[0]));
}

static int exit_when_told(void *ignored)
{
    (void)ignored;
    flag_raise(there);
    flag_await(go);
    exit(0);
}

static int exit_after_the_parent(void *ignored)
{
    (void)ignored;
    flag_await(closed);
    exit(0);
}

/* Neither child has used the queue. */
static void the_last_of_the_idle_children_removes_the_name(void **state)
{
    (void)state;
    assert_ok(make_anonymous(0));
    assert_ok(tell_name(0));
    const pid_t last = child_start(exit_when_told, NULL);
    const pid_t first = child_start(exit_after_the_parent, NULL);
    flag_await(there);
    assert_ok(ipcq_close(anonymous_queue));
    anonymous_queue = NULL;
    flag_raise(closed);
    assert_int_equal(child_wait(first), 0);
    assert_true(leads_to_a_file(told->name[0]));
    flag_raise(go);
    assert_int_equal(child_wait(last), 0);
    assert_false(leads_to_a_file(told->name[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ANONYMOUS_TEST(whatever_ends_a_process_nothing_is_left_of_a_queue_without_a_name),
        ANONYMOUS_TEST(exit_removes_the_name),
        ANONYMOUS_TEST(exit_counts_all_handles_of_the_process_as_its_own),
        ANONYMOUS_TEST(exit_does_not_wait_for_a_thread),
        ANONYMOUS_TEST(a_childs_exit_leaves_the_name_to_its_parent),
        ANONYMOUS_TEST(the_last_of_the_idle_children_removes_the_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
