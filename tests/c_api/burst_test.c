/* SPDX-License-Identifier: Apache-2.0 */
#include "support/await.h"
#include "support/child.h"
#include "support/items.h"

#include <sys/mman.h>
#include <unistd.h>

/* Each item fills a segment. More segments than these stay backed only while they are needed. */
enum { BURST = 60, ITEM = 60000, BACKED_MAX = 30 * 65536 };

static char item[ITEM];

static int burst(ipcq_t *queue)
{
    size_t size = 0;
    for (int i = 0; i < BURST; ++i)
        CHILD_CHECK(ipcq_put(queue, item, sizeof item, IPCQ_NOWAIT) == IPCQ_OK);
    CHILD_CHECK(stats_of(queue).bytes_backed > BACKED_MAX);
    for (int i = 0; i < BURST; ++i)
        CHILD_CHECK(ipcq_get(queue, item, sizeof item, &size, IPCQ_NOWAIT) == IPCQ_OK);
    return 0;
}

static int get_until_closed(void *queue)
{
    char small[8];
    size_t size = 0;
    int code = IPCQ_OK;
    while (code == IPCQ_OK)
        code = ipcq_get(queue, small, sizeof small, &size, IPCQ_FOREVER);
    return code == IPCQ_CLOSED ? 0 : 1;
}

/* The getter sleeps for each item and is woken each time, so no sleep of it lasts for a slice. */
static void a_burst_s_memory_goes_back_beside_a_trickle(void **state)
{
    struct queue_fixture *fixture = *state;
    assert_int_equal(burst(fixture->queue), 0);
    pid_t getter = child_start(get_until_closed, fixture->queue);
    while (stats_of(fixture->queue).bytes_backed > BACKED_MAX) {
        assert_ok(ipcq_put(fixture->queue, "x", 1, IPCQ_NOWAIT));
        usleep(5000);
    }
    assert_ok(ipcq_shutdown(fixture->queue, IPCQ_DRAIN));
    assert_int_equal(child_wait(getter), 0);
}

static int lock_and_burst(void *argument)
{
    struct queue_fixture *fixture = argument;
    ipcq_t *queue = NULL;
    size_t size = 0;
    if (mlockall(MCL_FUTURE) != 0)
        return 77;
    int code = queue_open_with(fixture, &queue, (ipcq_options){.flags = IPCQ_PLAIN, .capacity_bytes = 4 << 20});
    if (code == IPCQ_SPACELIMIT || code == IPCQ_NOMEM)
        return 77;
    CHILD_CHECK(code == IPCQ_OK);
    CHILD_CHECK(burst(queue) == 0);
    while (stats_of(queue).bytes_backed > BACKED_MAX)
        CHILD_CHECK(ipcq_get(queue, item, sizeof item, &size, ipcq_deadline(0.06)) == IPCQ_TIMEDOUT);
    CHILD_CHECK(burst(queue) == 0); /* and can be used again */
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK);
    return 0;
}

static void a_burst_s_memory_goes_back_under_mlockall(void **state)
{
    int result = child_run(lock_and_burst, *state);
    if (result == 77) {
        print_message("SKIP: RLIMIT_MEMLOCK is too low to lock a queue of 4 MiB\n");
        skip();
    }
    assert_int_equal(result, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(a_burst_s_memory_goes_back_beside_a_trickle, PLAIN, .capacity_bytes = 4 << 20),
        NAME_TEST(a_burst_s_memory_goes_back_under_mlockall),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
