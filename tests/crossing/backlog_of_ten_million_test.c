/*
 * Ten million small items wait in an unbounded queue at no more than 100 bytes each, come out in order, and the memory
 * goes back to the system.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/await.h"
#include "support/child.h"
#include "support/items.h"
#include "support/watchdog.h"

#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>

#define ITEMS UINT64_C(10000000)
enum { ITEM_BYTES = 64, BYTES_EACH_MAX = 100 };

/* What the kernel says the object takes. */
static uint64_t object_bytes(const char *path)
{
    struct stat object = {0};
    assert_int_equal(stat(path, &object), 0);
    return (uint64_t)object.st_blocks * 512;
}

static int put_all(void *queue)
{
    uint64_t words[ITEM_BYTES / 8] = {0};
    for (uint64_t i = 0; i < ITEMS; ++i) {
        words[0] = i;
        words[ITEM_BYTES / 8 - 1] = ~i;
        CHILD_CHECK(ipcq_put(queue, words, sizeof words, IPCQ_NOWAIT) == IPCQ_OK);
    }
    return 0;
}

static int get_all(void *queue)
{
    uint64_t words[ITEM_BYTES / 8];
    size_t size = 0;
    for (uint64_t i = 0; i < ITEMS; ++i) {
        CHILD_CHECK(ipcq_get(queue, words, sizeof words, &size, IPCQ_NOWAIT) == IPCQ_OK);
        CHILD_CHECK(size == sizeof words && words[0] == i && words[ITEM_BYTES / 8 - 1] == ~i);
    }
    CHILD_CHECK(ipcq_get(queue, words, sizeof words, &size, IPCQ_FOREVER) == IPCQ_CLOSED);
    return 0;
}

static void it_fits_keeps_its_order_and_gives_the_memory_back(void **state)
{
    struct queue_fixture *fixture = *state;
    struct statfs shm;
    watchdog_start(300, "backlog_of_ten_million");
    if (statfs("/dev/shm", &shm) != 0 || (uint64_t)shm.f_bavail * (uint64_t)shm.f_bsize < ITEMS * 120) {
        print_message("SKIP: /dev/shm has less than 1.2 GB free\n");
        skip();
    }
    assert_int_equal(child_run(put_all, fixture->queue), 0);
    ipcq_stats full = stats_of(fixture->queue);
    uint64_t full_bytes = object_bytes(fixture->path);
    print_message("%llu bytes backed, %llu bytes of the object: %.1f an item\n", (unsigned long long)full.bytes_backed,
                  (unsigned long long)full_bytes, (double)full_bytes / (double)ITEMS);
    assert_int_equal(full.items, ITEMS);
    assert_true(full.bytes_used >= ITEMS * ITEM_BYTES);
    assert_true(full.bytes_backed >= full.bytes_used);
    assert_true(full.bytes_backed <= ITEMS * BYTES_EACH_MAX);
    assert_true(full_bytes <= ITEMS * BYTES_EACH_MAX);

    pid_t getter = child_start(get_all, fixture->queue); /* waits for more when it has taken all */
    WATCHDOG_STEP("the memory is not given back");
    while (stats_of(fixture->queue).bytes_backed > full.bytes_backed / 20)
        nanosleep(&(struct timespec){0, 10000000}, NULL);
    assert_holds(fixture->queue, 0, 0);
    assert_true(object_bytes(fixture->path) <= full_bytes / 20);
    assert_ok(ipcq_shutdown(fixture->queue, IPCQ_DRAIN));
    assert_int_equal(child_wait(getter), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(it_fits_keeps_its_order_and_gives_the_memory_back, PLAIN, .capacity_bytes = UINT64_C(1) << 30),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
