/* SPDX-License-Identifier: Apache-2.0 */
#include "support/child.h"
#include "support/items.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static int limit(int resource, rlim_t soft)
{
    struct rlimit current;
    if (getrlimit(resource, &current) != 0)
        return -1;
    current.rlim_cur = soft;
    return setrlimit(resource, &current);
}

/* SIGXFSZ is left as it is: its default would kill the child, and that must not happen. */
static int open_with_small_files(void *state)
{
    struct queue_fixture *fixture = state;
    ipcq_t *queue = NULL;
    CHILD_CHECK(limit(RLIMIT_FSIZE, 4096) == 0);
    CHILD_CHECK(queue_open_with(fixture, &queue, (ipcq_options){0}) == IPCQ_FILELIMIT);
    CHILD_CHECK(access(fixture->path, F_OK) == -1);
    CHILD_CHECK(strstr(fixture->message, "RLIMIT_FSIZE") != NULL);
    return 0;
}

static int grow_with_small_files(void *state)
{
    struct queue_fixture *fixture = state;
    static char item[65536];
    uint64_t puts = 0, items = 0;
    int code = IPCQ_OK;
    CHILD_CHECK(limit(RLIMIT_FSIZE, 1 << 20) == 0);
    while (puts < 1000 && (code = ipcq_put(fixture->queue, item, sizeof item, IPCQ_NOWAIT)) == IPCQ_OK)
        ++puts;
    CHILD_CHECK(code == IPCQ_FILELIMIT);
    CHILD_CHECK(ipcq_size(fixture->queue, &items) == IPCQ_OK && items == puts);
    CHILD_CHECK(ipcq_put(fixture->queue, item, sizeof item, ipcq_deadline(0.02)) == IPCQ_FILELIMIT);
    return 0;
}

static int open_with_little_address_space(void *state)
{
    struct queue_fixture *fixture = state;
    ipcq_t *queue = NULL;
    CHILD_CHECK(limit(RLIMIT_AS, 256 << 20) == 0);
    CHILD_CHECK(queue_open_with(fixture, &queue, (ipcq_options){.capacity_bytes = 1 << 30}) == IPCQ_SPACELIMIT);
    CHILD_CHECK(access(fixture->path, F_OK) == -1);
    CHILD_CHECK(strstr(fixture->message, "RLIMIT_AS") != NULL);
    CHILD_CHECK(queue_open_with(fixture, &queue, (ipcq_options){.capacity_bytes = 1 << 20}) == IPCQ_OK);
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK);
    return 0;
}

static int open_without_descriptors(void *state)
{
    struct queue_fixture *fixture = state;
    ipcq_t *queue = NULL;
    int lowest = dup(0);
    close(lowest);
    CHILD_CHECK(limit(RLIMIT_NOFILE, (rlim_t)lowest) == 0);
    CHILD_CHECK(queue_open_with(fixture, &queue, (ipcq_options){0}) == IPCQ_FDLIMIT);
    CHILD_CHECK(strstr(fixture->message, "RLIMIT_NOFILE") != NULL);
    return 0;
}

/* What a handle needs it got when it was opened. */
static int use_without_descriptors(void *state)
{
    struct queue_fixture *fixture = state;
    ipcq_t *own = NULL;
    uint64_t number = 0;
    CHILD_CHECK(queue_open_with(fixture, &own, (ipcq_options){0}) == IPCQ_OK);
    CHILD_CHECK(limit(RLIMIT_NOFILE, 0) == 0);
    for (uint64_t i = 0; i < 1000; ++i)
        CHILD_CHECK(put_number(own, i, IPCQ_NOWAIT) == IPCQ_OK);
    for (uint64_t i = 0; i < 1000; ++i)
        CHILD_CHECK(get_number(own, &number, NULL, IPCQ_NOWAIT) == IPCQ_OK && number == i);
    CHILD_CHECK(ipcq_close(own) == IPCQ_OK);
    return 0;
}

static void too_small_a_file_size_is_filelimit_at_open(void **state)
{
    assert_int_equal(child_run(open_with_small_files, *state), 0);
}

static void too_small_a_file_size_is_filelimit_at_put(void **state)
{
    struct queue_fixture *fixture = *state;
    assert_int_equal(child_run(grow_with_small_files, fixture), 0);
    uint64_t items = 0;
    assert_ok(ipcq_size(fixture->queue, &items));
    assert_true(items > 0);
    put_word(fixture->queue, "whoever has no such limit goes on");
}

static void too_little_address_space_is_spacelimit(void **state)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    print_message("SKIP: a sanitizer needs more address space than any limit leaves\n");
    skip();
#endif
    assert_int_equal(child_run(open_with_little_address_space, *state), 0);
}

static void no_descriptor_is_fdlimit_at_open(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "untouched");
    assert_int_equal(child_run(open_without_descriptors, fixture), 0);
    get_word(fixture->queue, "untouched");
}

static void an_open_handle_needs_no_descriptor(void **state)
{
    assert_int_equal(child_run(use_without_descriptors, *state), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAME_TEST(too_small_a_file_size_is_filelimit_at_open),
        QUEUE_TEST(too_small_a_file_size_is_filelimit_at_put, PLAIN, .capacity_bytes = 64 << 20),
        NAME_TEST(too_little_address_space_is_spacelimit),
        QUEUE_TEST(no_descriptor_is_fdlimit_at_open, PLAIN),
        QUEUE_TEST(an_open_handle_needs_no_descriptor, PLAIN),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
