/*
 * A forked child that gave up its rights, or has no /proc, uses the queue that it inherited.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/child.h"
#include "support/items.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

enum { NOBODY = 65534 };

static bool have_rights; /* to change the user and the root directory */

static int work(ipcq_t *queue)
{
    uint64_t number = 0;
    ipcq_item item;
    CHILD_CHECK(get_number(queue, &number, &item, IPCQ_NOWAIT) == IPCQ_OK && number == 1);
    CHILD_CHECK(ipcq_task_done(queue, item.ticket) == IPCQ_OK);
    CHILD_CHECK(put_number(queue, 2, IPCQ_NOWAIT) == IPCQ_OK);
    CHILD_CHECK(get_number(queue, &number, &item, IPCQ_NOWAIT) == IPCQ_OK && number == 2);
    return 0; /* with an item in its hands */
}

static int work_on(void *queue) { return work(queue); }

static int work_as_nobody(void *queue)
{
    CHILD_CHECK(setgid(NOBODY) == 0 && setuid(NOBODY) == 0);
    return work(queue);
}

static int work_as_nobody_for_a_while(void *queue)
{
    CHILD_CHECK(seteuid(NOBODY) == 0);
    return work(queue);
}

static bool enter_empty_root(void)
{
    char directory[] = "/tmp/ipcq-root-XXXXXX";
    if (mkdtemp(directory) == NULL)
        return false;
    bool entered = chroot(directory) == 0;
    return chdir("/") == 0 && entered;
}

static int work_in_an_empty_root(void *queue)
{
    CHILD_CHECK(enter_empty_root());
    return work(queue);
}

static int fork_in_an_empty_root(void *queue)
{
    CHILD_CHECK(enter_empty_root());
    return child_run(work_on, queue);
}

static int fork_twice(void *queue) { return child_run(work_as_nobody, queue); }

static void the_child_works(void **state, child_function *child)
{
    ipcq_t *queue = ((struct queue_fixture *)*state)->queue;
    uint64_t number = 0;
    ipcq_item item = {0};
    if (!have_rights) {
        print_message("skipped, a part: no right to change the user and the root directory\n");
        skip();
    }
    assert_ok(put_number(queue, 1, IPCQ_NOWAIT));
    assert_int_equal(child_run(child, queue), 0);
    assert_ok(get_number(queue, &number, &item, IPCQ_FOREVER)); /* the parent notices that the child has died */
    assert_int_equal(number, 2);
    assert_int_equal(item.deliveries, 1);
}

static void another_user(void **state) { the_child_works(state, work_as_nobody); }
static void another_effective_user(void **state) { the_child_works(state, work_as_nobody_for_a_while); }
static void an_empty_root(void **state) { the_child_works(state, work_in_an_empty_root); }
static void a_parent_in_an_empty_root(void **state) { the_child_works(state, fork_in_an_empty_root); }
static void a_child_of_an_idle_child(void **state) { the_child_works(state, fork_twice); }

static int close_at_once(void *queue)
{
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK);
    return 0;
}

static int count_descriptors(void)
{
    int count = 0;
    for (int fd = 0; fd < 256; ++fd)
        count += fcntl(fd, F_GETFD) != -1;
    return count;
}

static int close_and_count(void *queue)
{
    const int before = count_descriptors();
    CHILD_CHECK(close_at_once(queue) == 0);
    CHILD_CHECK(count_descriptors() == before - 3); /* the inherited one, and two of its own */
    return 0;
}

static int use_close_and_count(void *queue)
{
    uint64_t size = 0;
    const int before = count_descriptors();
    CHILD_CHECK(ipcq_size(queue, &size) == IPCQ_OK);
    CHILD_CHECK(count_descriptors() == before - 2);
    CHILD_CHECK(close_at_once(queue) == 0);
    CHILD_CHECK(count_descriptors() == before - 3);
    return 0;
}

static void no_descriptor_is_left(void **state)
{
    ipcq_t *queue = ((struct queue_fixture *)*state)->queue;
    const int before = count_descriptors();
    assert_int_equal(child_run(close_and_count, queue), 0);
    assert_int_equal(child_run(use_close_and_count, queue), 0);
    assert_int_equal(count_descriptors(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(another_user, JOINABLE),
        QUEUE_TEST(another_effective_user, JOINABLE),
        QUEUE_TEST(an_empty_root, JOINABLE),
        QUEUE_TEST(a_parent_in_an_empty_root, JOINABLE),
        QUEUE_TEST(a_child_of_an_idle_child, JOINABLE),
        QUEUE_TEST(no_descriptor_is_left, JOINABLE),
    };
    have_rights = geteuid() == 0;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
