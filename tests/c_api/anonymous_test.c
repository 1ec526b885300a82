/*
 * An anonymous queue has no name until it is first asked for. So a child uses it that was forked after the process gave
 * up its rights.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/anonymous.h"
#include "support/child.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

enum { NOBODY = 65534 };

/* --------------------------------------------------------------------------------------------- being asked */

static void it_has_no_name_before_it_is_asked_for(void **state)
{
    char text[300], name[NAME_BYTES] = "as it was";
    ipcq_t *second = NULL;
    uint64_t number = 0;
    (void)state;
    assert_ok(make_anonymous(0));
    assert_int_equal(use(anonymous_queue), 0);
    assert_ok(ipcq_describe(anonymous_queue, IPCQ_FULL, text, sizeof text));
    assert_code(ipcq_name(anonymous_queue, name, 10), IPCQ_TOOBIG);
    assert_code(ipcq_name(anonymous_queue, NULL, 10), IPCQ_INVALID);
    assert_string_equal(name, "as it was");
    assert_int_equal(names_of_file(), 0);
    assert_ok(tell_name(0));
    assert_int_equal(names_of_file(), 1);
    assert_ok(put_number(anonymous_queue, 8, IPCQ_NOWAIT));
    assert_ok(ipcq_open(&second, told->name[0], NULL));
    assert_ok(get_number(second, &number, NULL, IPCQ_NOWAIT));
    assert_ok(ipcq_close(second));
    assert_int_equal(number, 8);
    assert_ok(tell_name(1));
    assert_string_equal(told->name[0], told->name[1]);
    assert_ok(ipcq_close(anonymous_queue));
    anonymous_queue = NULL;
    assert_false(leads_to_a_file(told->name[0]));
}

static void the_mode_is_what_was_asked_for(void **state)
{
    static const unsigned modes[][2] = {{0, 0600}, {0600, 0600}, {0660, 0660}, {0606, 0606}, {0666, 0666}};
    (void)state;
    for (size_t i = 0; i < sizeof modes / sizeof *modes; ++i) {
        assert_ok(make_anonymous(modes[i][0]));
        assert_ok(tell_name(0));
        const unsigned mode = mode_of_file();
        assert_ok(ipcq_close(anonymous_queue));
        anonymous_queue = NULL;
        assert_int_equal(mode, modes[i][1]);
    }
}

/* It does not know that the queue had its name, and the kernel gives such a file a name once. */
static int ask_after_unlink(void *ignored)
{
    (void)ignored;
    flag_await(go);
    return tell_name(1) == IPCQ_OK && names_of_file() == 0 ? 0 : 1;
}

static void the_name_stays_the_text_when_it_was_unlinked(void **state)
{
    (void)state;
    assert_ok(make_anonymous(0));
    const pid_t child = child_start(ask_after_unlink, NULL);
    assert_ok(tell_name(0));
    assert_ok(ipcq_unlink(told->name[0]));
    assert_ok(tell_name(0));
    flag_raise(go);
    assert_int_equal(child_wait(child), 0);
    assert_string_equal(told->name[0], told->name[1]);
    assert_int_equal(use(anonymous_queue), 0);
}

static int ask_first(void *ignored)
{
    (void)ignored;
    CHILD_CHECK(tell_name(0) == IPCQ_OK && leads_to_a_file(told->name[0]));
    flag_raise(there);
    flag_await(go);
    return 0;
}

static void a_forked_child_gives_it_its_name(void **state)
{
    (void)state;
    assert_ok(make_anonymous(0660));
    const pid_t child = child_start(ask_first, NULL);
    flag_await(there);
    assert_int_equal(names_of_file(), 1);
    assert_int_equal(mode_of_file(), 0660);
    assert_ok(tell_name(1));
    assert_string_equal(told->name[0], told->name[1]);
    flag_raise(go);
    assert_int_equal(child_wait(child), 0);
    assert_true(leads_to_a_file(told->name[0])); /* we are there still */
}

static int ask_when_told(void *index)
{
    flag_await(go);
    return tell_name(*(int *)index) == IPCQ_OK ? 0 : 1;
}

static void two_processes_ask_at_once(void **state)
{
    static int indexes[] = {0, 1};
    (void)state;
    for (int i = 0; i < 50; ++i) {
        assert_ok(make_anonymous(0));
        flag_free(go);
        go = flag_new();
        const pid_t first = child_start(ask_when_told, &indexes[0]), second = child_start(ask_when_told, &indexes[1]);
        flag_raise(go);
        assert_int_equal(child_wait(first), 0);
        assert_int_equal(child_wait(second), 0);
        assert_string_equal(told->name[0], told->name[1]);
        assert_true(leads_to_a_file(told->name[0]));
        assert_ok(ipcq_close(anonymous_queue));
        anonymous_queue = NULL;
        assert_false(leads_to_a_file(told->name[0]));
    }
}

static atomic_uint threads_there; /* spun on: a thread that slept comes too late */

static void *ask_in_thread(void *index)
{
    atomic_fetch_add(&threads_there, 1);
    while (atomic_load(&threads_there) != 2)
        ;
    tell_name(*(int *)index);
    return NULL;
}

static void two_threads_ask_at_once(void **state)
{
    static int indexes[] = {0, 1};
    (void)state;
    for (int i = 0; i < 500; ++i) {
        pthread_t threads[2];
        atomic_store(&threads_there, 0);
        assert_ok(make_anonymous(0));
        for (int t = 0; t < 2; ++t)
            assert_int_equal(pthread_create(&threads[t], NULL, ask_in_thread, &indexes[t]), 0);
        for (int t = 0; t < 2; ++t)
            pthread_join(threads[t], NULL);
        assert_ok(told->code[0]);
        assert_ok(told->code[1]);
        assert_int_equal(names_of_file(), 1);
        assert_ok(ipcq_close(anonymous_queue));
        anonymous_queue = NULL;
    }
}

/* ------------------------------------------------------------------------------------------- rights given up */

static bool have_rights;

static void skip_without_rights(void)
{
    if (have_rights)
        return;
    print_message("skipped, a part: no right to change the user\n");
    skip();
}

static bool give_up_rights(void) { return setgid(NOBODY) == 0 && setuid(NOBODY) == 0; }

static int use_it(void *ignored)
{
    (void)ignored;
    return use(anonymous_queue);
}

static int use_it_and_fork(void *ignored)
{
    (void)ignored;
    CHILD_CHECK(use(anonymous_queue) == 0);
    return child_run(use_it, NULL);
}

static int fork_it(void *ignored)
{
    (void)ignored;
    return child_run(use_it, NULL);
}

static int give_up_rights_and_fork(void *ignored)
{
    (void)ignored;
    CHILD_CHECK(make_anonymous(0) == IPCQ_OK && give_up_rights());
    CHILD_CHECK(child_run(use_it, NULL) == 0);
    CHILD_CHECK(child_run(use_it_and_fork, NULL) == 0);
    CHILD_CHECK(child_run(fork_it, NULL) == 0);
    return use(anonymous_queue);
}

static void children_that_were_forked_later_use_it(void **state)
{
    (void)state;
    skip_without_rights();
    assert_int_equal(child_run(give_up_rights_and_fork, NULL), 0);
}

static int ask_too_late(void *ignored)
{
    char text[300] = "";
    (void)ignored;
    CHILD_CHECK(give_up_rights());
    CHILD_CHECK(tell_name(0) == IPCQ_DENIED);
    CHILD_CHECK(ipcq_describe(anonymous_queue, IPCQ_DENIED, text, sizeof text) == IPCQ_OK);
    CHILD_CHECK(strstr(text, "ask for the name before") != NULL);
    CHILD_CHECK(names_of_file() == 0 && mode_of_file() == 0666);
    CHILD_CHECK(use(anonymous_queue) == 0);
    return child_run(use_it, NULL);
}

static void the_name_is_denied_when_the_rights_are_gone(void **state)
{
    (void)state;
    skip_without_rights();
    assert_ok(make_anonymous(0));
    assert_int_equal(child_run(ask_too_late, NULL), 0);
    assert_ok(tell_name(0)); /* the owner still may */
}

static int ask_by_mode_of_all(void *ignored)
{
    (void)ignored;
    CHILD_CHECK(make_anonymous(0666) == IPCQ_OK && give_up_rights());
    CHILD_CHECK(tell_name(0) == IPCQ_OK && leads_to_a_file(told->name[0]) && mode_of_file() == 0666);
    return 0;
}

static void a_queue_for_all_users_gets_its_name_from_any(void **state)
{
    (void)state;
    skip_without_rights();
    assert_int_equal(child_run(ask_by_mode_of_all, NULL), 0);
}

static int use_named(void *ignored)
{
    uint64_t items = 0;
    (void)ignored;
    CHILD_CHECK(ipcq_size(anonymous_queue, &items) == IPCQ_DENIED);
    return 0;
}

static int ask_give_up_rights_and_fork(void *ignored)
{
    (void)ignored;
    CHILD_CHECK(make_anonymous(0) == IPCQ_OK && tell_name(0) == IPCQ_OK && give_up_rights());
    CHILD_CHECK(child_run(use_named, NULL) == 0);
    return use(anonymous_queue);
}

static void a_name_narrows_the_mode_for_later_children(void **state)
{
    (void)state;
    skip_without_rights();
    assert_int_equal(child_run(ask_give_up_rights_and_fork, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ANONYMOUS_TEST(it_has_no_name_before_it_is_asked_for),
        ANONYMOUS_TEST(the_mode_is_what_was_asked_for),
        ANONYMOUS_TEST(the_name_stays_the_text_when_it_was_unlinked),
        ANONYMOUS_TEST(a_forked_child_gives_it_its_name),
        ANONYMOUS_TEST(two_processes_ask_at_once),
        ANONYMOUS_TEST(two_threads_ask_at_once),
        ANONYMOUS_TEST(children_that_were_forked_later_use_it),
        ANONYMOUS_TEST(the_name_is_denied_when_the_rights_are_gone),
        ANONYMOUS_TEST(a_queue_for_all_users_gets_its_name_from_any),
        ANONYMOUS_TEST(a_name_narrows_the_mode_for_later_children),
    };
    have_rights = geteuid() == 0;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
