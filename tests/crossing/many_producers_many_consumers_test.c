/*
 * Every item arrives once, and each consumer sees the items of each producer in their order.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/await.h"
#include "support/child.h"
#include "support/items.h"

#include <stdatomic.h>
#include <sys/mman.h>

enum { PRODUCERS = 4, CONSUMERS = 4, ITEMS_EACH = 50000, ITEMS = PRODUCERS * ITEMS_EACH };

/* Outside the queue, shared by all processes. */
struct ledger {
    ipcq_t *queue;
    int joinable;
    atomic_uchar seen[ITEMS];
};

struct producer {
    ipcq_t *queue;
    uint64_t first;
};

static int produce(void *argument)
{
    struct producer *producer = argument;
    for (uint64_t i = 0; i < ITEMS_EACH; ++i)
        CHILD_CHECK(put_number(producer->queue, producer->first + i, IPCQ_FOREVER) == IPCQ_OK);
    return 0;
}

static int consume(void *argument)
{
    struct ledger *ledger = argument;
    uint64_t latest[PRODUCERS] = {0}; /* one more than the last number of each producer */
    int code = IPCQ_OK;
    for (;;) {
        uint64_t number = 0;
        ipcq_item item;
        code = get_number(ledger->queue, &number, &item, IPCQ_FOREVER);
        if (code != IPCQ_OK)
            break;
        CHILD_CHECK(number < ITEMS);
        CHILD_CHECK(number >= latest[number / ITEMS_EACH]);
        CHILD_CHECK(item.deliveries == 0);
        latest[number / ITEMS_EACH] = number + 1;
        atomic_fetch_add(&ledger->seen[number], 1);
        if (ledger->joinable)
            CHILD_CHECK(ipcq_task_done(ledger->queue, item.ticket) == IPCQ_OK);
    }
    CHILD_CHECK(code == IPCQ_CLOSED);
    return 0;
}

static void every_item_arrives_once_and_in_order(void **state)
{
    struct queue_fixture *fixture = *state;
    struct ledger *ledger = mmap(NULL, sizeof *ledger, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t producers[PRODUCERS], consumers[CONSUMERS];
    assert_ptr_not_equal(ledger, MAP_FAILED);
    ledger->queue = fixture->queue;
    ledger->joinable = (int)stats_of(fixture->queue).joinable;
    for (int i = 0; i < CONSUMERS; ++i)
        consumers[i] = child_start(consume, ledger);
    for (int i = 0; i < PRODUCERS; ++i) {
        struct producer producer = {fixture->queue, (uint64_t)i * ITEMS_EACH};
        producers[i] = child_start(produce, &producer);
    }
    for (int i = 0; i < PRODUCERS; ++i)
        assert_int_equal(child_wait(producers[i]), 0);
    if (ledger->joinable)
        assert_ok(ipcq_join(fixture->queue, IPCQ_FOREVER));
    assert_ok(ipcq_shutdown(fixture->queue, IPCQ_DRAIN));
    for (int i = 0; i < CONSUMERS; ++i)
        assert_int_equal(child_wait(consumers[i]), 0);
    for (int i = 0; i < ITEMS; ++i)
        assert_int_equal(atomic_load(&ledger->seen[i]), 1);
    munmap(ledger, sizeof *ledger);

    ipcq_stats stats = stats_of(fixture->queue);
    assert_int_equal(stats.puts, ITEMS);
    assert_int_equal(stats.gets, ITEMS);
    assert_int_equal(stats.items, 0);
    assert_int_equal(stats.taken, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(every_item_arrives_once_and_in_order, PLAIN),
        QUEUE_TEST(every_item_arrives_once_and_in_order, JOINABLE),
        QUEUE_TEST(every_item_arrives_once_and_in_order, PLAIN, .max_items = 7),
        QUEUE_TEST(every_item_arrives_once_and_in_order, JOINABLE, .max_items = 100),
        QUEUE_TEST(every_item_arrives_once_and_in_order, PLAIN, .capacity_bytes = 64 * 1024),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
