/*
 * The caller's memory may come slowly, from a disk or a swapped page, and must not come while others wait for it. No
 * page of it is touched for the first time under a lock of the queue. Here its pages may not be touched at first, and
 * the handler of the fault looks at the queue's locks before it allows the page.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/await.h"
#include "support/items.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Offsets of FORMAT.md. */
enum { TAIL_LOCK = 256, HEAD_LOCK = 384, FRONTIER_LOCK = 512, CONTROL_BYTES = 4096 };

enum { PAGE = 4096, AREA = 1 << 20, TABLES = 4 * PAGE };

static char *area;   /* for items */
static char *tables; /* for what describes them */
static const volatile uint64_t *control;
static volatile sig_atomic_t faults, under_lock;

static bool is_locked(void)
{
    return control[TAIL_LOCK / 8] != 0 || control[HEAD_LOCK / 8] != 0 || control[FRONTIER_LOCK / 8] != 0;
}

static void on_fault(int signal_number, siginfo_t *info, void *context)
{
    char *page = (char *)((uintptr_t)info->si_addr & ~(uintptr_t)(PAGE - 1));
    (void)context;
    if ((page < area || page >= area + AREA) && (page < tables || page >= tables + TABLES)) {
        signal(signal_number, SIG_DFL); /* the fault comes again */
        return;
    }
    ++faults;
    under_lock += is_locked();
    mprotect(page, PAGE, PROT_READ | PROT_WRITE);
}

static char *map_pages(size_t size)
{
    return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static struct sigaction cmockas;

static void forbid(void)
{
    const struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &action, &cmockas);
    faults = under_lock = 0;
    mprotect(area, AREA, PROT_NONE);
    mprotect(tables, TABLES, PROT_NONE);
}

static void allow(void)
{
    mprotect(area, AREA, PROT_READ | PROT_WRITE);
    mprotect(tables, TABLES, PROT_READ | PROT_WRITE);
    sigaction(SIGSEGV, &cmockas, NULL);
}

static int setup(void **state)
{
    if (queue_setup(state) != 0)
        return -1;
    const struct queue_fixture *fixture = *state;
    const int file = open(fixture->path, O_RDONLY);
    control = mmap(NULL, CONTROL_BYTES, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    area = map_pages(AREA);
    tables = map_pages(TABLES);
    return control == MAP_FAILED || area == MAP_FAILED || tables == MAP_FAILED ? -1 : 0;
}

static int teardown(void **state)
{
    munmap((void *)control, CONTROL_BYTES);
    munmap(area, AREA);
    munmap(tables, TABLES);
    return queue_teardown(state);
}

static const size_t sizes[] = {1, 256, 257, 4096, 4097, 60000, 200000}, places[] = {0, 1, 4095};

/* Once for each size at each place of a page. */
#define FOR_EACH_ITEM(size, at)                                                                                        \
    for (unsigned s = 0; s < sizeof sizes / sizeof *sizes; ++s)                                                        \
        for (unsigned p = 0, once = 1; p < sizeof places / sizeof *places; ++p, once = 1)                              \
            for (size_t size = sizes[s], at = places[p]; once; once = 0)

static void fill(char *bytes, size_t size)
{
    for (size_t i = 0; i < size; ++i)
        bytes[i] = (char)(i * 7 + size);
}

static bool is_filled(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; ++i)
        if (bytes[i] != (char)(i * 7 + size))
            return false;
    return true;
}

/* After a call: it went well, met the caller's pages for the first time in it, and never under a lock. */
#define assert_pages(code)                                                                                             \
    do {                                                                                                               \
        const int result = (code);                                                                                     \
        allow();                                                                                                       \
        assert_ok(result);                                                                                             \
        assert_true(faults > 0);                                                                                       \
        assert_int_equal(under_lock, 0);                                                                               \
    } while (0)

static void finish(ipcq_t *queue)
{
    if (stats_of(queue).joinable)
        assert_ok(ipcq_task_done(queue, IPCQ_OLDEST));
}

static void expect_item(ipcq_t *queue, size_t expected)
{
    static char bytes[AREA];
    size_t size = 0;
    assert_ok(ipcq_get(queue, bytes, sizeof bytes, &size, IPCQ_NOWAIT));
    assert_int_equal(size, expected);
    assert_true(is_filled(bytes, size));
    finish(queue);
}

static void put_item(ipcq_t *queue, size_t size)
{
    static char bytes[AREA];
    fill(bytes, size);
    assert_ok(ipcq_put(queue, bytes, size, IPCQ_NOWAIT));
}

/* ------------------------------------------------------------------------------------------------- putting */

static void put_meets_no_page_under_the_lock(void **state)
{
    struct queue_fixture *fixture = *state;
    FOR_EACH_ITEM(size, at)
    {
        fill(area + at, size);
        forbid();
        assert_pages(ipcq_put(fixture->queue, area + at, size, IPCQ_NOWAIT));
        expect_item(fixture->queue, size);
    }
}

static void put_many_meets_no_page_under_the_lock(void **state)
{
    struct queue_fixture *fixture = *state;
    enum { COUNT = 3 };
    FOR_EACH_ITEM(size, at)
    {
        ipcq_message *messages = (ipcq_message *)(tables + PAGE - sizeof *messages); /* on two pages */
        size_t count = 0;
        memset(messages, 0, COUNT * sizeof *messages);
        for (size_t i = 0, begin = at; i < COUNT; ++i, begin += size + PAGE) {
            fill(area + begin, size);
            messages[i].data = area + begin;
            messages[i].size = size;
        }
        forbid();
        assert_pages(ipcq_put_many(fixture->queue, messages, COUNT, &count, NULL));
        assert_int_equal(count, COUNT);
        for (int i = 0; i < COUNT; ++i)
            expect_item(fixture->queue, size);
    }
}

/* ------------------------------------------------------------------------------------------------- getting */

static void get_meets_no_page_under_the_lock(void **state)
{
    struct queue_fixture *fixture = *state;
    const size_t spare[] = {0, 3 * PAGE};
    FOR_EACH_ITEM(size, at)
    for (int i = 0; i < 2; ++i) {
        size_t *out_size = (size_t *)tables;
        put_item(fixture->queue, size);
        forbid();
        assert_pages(ipcq_get(fixture->queue, area + at, size + spare[i], out_size, IPCQ_NOWAIT));
        assert_int_equal(*out_size, size);
        assert_true(is_filled(area + at, size));
        finish(fixture->queue);
    }
}

static void get_alloc_and_get_item_meet_no_page_under_the_lock(void **state)
{
    struct queue_fixture *fixture = *state;
    FOR_EACH_ITEM(size, at)
    {
        ipcq_item *item = (ipcq_item *)tables;
        void **data = (void **)(tables + PAGE);
        put_item(fixture->queue, size);
        forbid();
        assert_pages(ipcq_get_item(fixture->queue, area + at, size, item, IPCQ_ACCEPT_ALL, NULL));
        assert_true(item->size == size && is_filled(area + at, size));
        finish(fixture->queue);
        put_item(fixture->queue, size);
        forbid();
        assert_pages(ipcq_get_alloc(fixture->queue, data, item, IPCQ_ACCEPT_ALL, NULL));
        assert_true(item->size == size && is_filled(*data, size));
        ipcq_free(*data);
        finish(fixture->queue);
    }
}

static void get_many_meets_no_page_under_the_lock(void **state)
{
    struct queue_fixture *fixture = *state;
    enum { COUNT = 3 };
    FOR_EACH_ITEM(size, at)
    {
        ipcq_view *views = (ipcq_view *)(tables + PAGE - sizeof *views); /* on two pages */
        size_t count = 0;
        for (int i = 0; i < COUNT; ++i)
            put_item(fixture->queue, size);
        forbid();
        assert_pages(ipcq_get_many(fixture->queue, area + at, AREA - at, views, COUNT, &count, IPCQ_ACCEPT_ALL, NULL));
        assert_int_equal(count, COUNT);
        for (int i = 0; i < COUNT; ++i) {
            assert_true(views[i].item.size == size && is_filled(views[i].data, size));
            finish(fixture->queue);
        }
    }
}

/* As many as one turn under the lock copies, and more. */
static void get_many_of_a_full_batch_meets_no_page_under_the_lock(void **state)
{
    struct queue_fixture *fixture = *state;
    enum { COUNT = 100, SIZE = 3000 };
    ipcq_view *views = (ipcq_view *)tables;
    size_t count = 0;
    for (int i = 0; i < COUNT; ++i)
        put_item(fixture->queue, SIZE);
    forbid();
    assert_pages(ipcq_get_many(fixture->queue, area + 1, AREA - 1, views, COUNT, &count, IPCQ_ACCEPT_ALL, NULL));
    assert_int_equal(count, COUNT);
    for (int i = 0; i < COUNT; ++i) {
        assert_true(views[i].item.size == SIZE && is_filled(views[i].data, SIZE));
        finish(fixture->queue);
    }
}

static void reserve_and_borrow_meet_no_page_under_the_lock(void **state)
{
    struct queue_fixture *fixture = *state;
    FOR_EACH_ITEM(size, at)
    {
        void **frame = (void **)(tables + at % PAGE / sizeof *frame * sizeof *frame);
        ipcq_view *view = (ipcq_view *)(tables + PAGE);
        forbid();
        assert_pages(ipcq_reserve(fixture->queue, size, frame, NULL));
        fill(*frame, size);
        assert_ok(ipcq_commit(fixture->queue, *frame, size, IPCQ_TYPE_BYTES, NULL));
        forbid();
        assert_pages(ipcq_borrow(fixture->queue, view, IPCQ_ACCEPT_ALL, NULL));
        assert_true(view->item.size == size && is_filled(view->data, size));
        assert_ok(ipcq_release(fixture->queue, view->item.ticket));
    }
}

/* A page that holds nothing stays away: a large buffer for small items costs no memory. */
static void a_small_item_leaves_the_rest_of_a_large_buffer_alone(void **state)
{
    struct queue_fixture *fixture = *state;
    size_t size = 0;
    for (int i = 0; i < 3; ++i) {
        put_item(fixture->queue, 1);
        forbid();
        assert_pages(ipcq_get(fixture->queue, area, AREA, &size, IPCQ_NOWAIT));
        assert_true(faults <= 2);
        finish(fixture->queue);
    }
}

#define PAGES_TEST(function, ...)                                                                                      \
    cmocka_unit_test_prestate_setup_teardown(function, setup, teardown,                                                \
                                             (&(struct queue_plan){.test = #function, __VA_ARGS__}))
#define BOTH(function) PAGES_TEST(function, PLAIN), PAGES_TEST(function, JOINABLE)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(put_meets_no_page_under_the_lock),
        BOTH(put_many_meets_no_page_under_the_lock),
        BOTH(get_meets_no_page_under_the_lock),
        BOTH(get_alloc_and_get_item_meet_no_page_under_the_lock),
        BOTH(get_many_meets_no_page_under_the_lock),
        BOTH(get_many_of_a_full_batch_meets_no_page_under_the_lock),
        BOTH(reserve_and_borrow_meet_no_page_under_the_lock),
        BOTH(a_small_item_leaves_the_rest_of_a_large_buffer_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
