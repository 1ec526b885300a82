/*
 * One put wakes one sleeper. A sleeper that cannot use what came wakes the next one. To show that, the slices of the
 * sleepers are taken away here: nobody looks at the queue unless somebody else wakes it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/await.h"
#include "support/child.h"
#include "support/items.h"
#include "support/watchdog.h"

#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

enum { OTHER_TYPE = 5, ITS_TYPE = 3, LARGE = 100 };

static unsigned *waits_begun; /* by all processes of this test */

/* Stands before the C library's for libipcq.so. */
int sem_clockwait(sem_t *semaphore, clockid_t clock, const struct timespec *until)
{
    (void)clock;
    (void)until;
    __atomic_fetch_add(waits_begun, 1, __ATOMIC_SEQ_CST);
    return sem_wait(semaphore);
}

static char state_of(pid_t child)
{
    char path[32], state = '?';
    snprintf(path, sizeof path, "/proc/%d/stat", (int)child);
    FILE *file = fopen(path, "r");
    if (file != NULL && fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
        state = '?';
    if (file != NULL)
        fclose(file);
    return state;
}

/* A sleeper that is only registered looks at the queue once more. This waits until the child is in the wait itself. */
static void await_asleep(pid_t child, unsigned waits)
{
    while (__atomic_load_n(waits_begun, __ATOMIC_SEQ_CST) < waits || state_of(child) != 'S')
        sched_yield();
}

static int get_with(ipcq_t *queue, size_t capacity, uint64_t accept)
{
    char buffer[LARGE];
    ipcq_item item;
    return -ipcq_get_item(queue, buffer, capacity, &item, accept, NULL);
}

static int get_another_type(void *queue) { return get_with(queue, LARGE, IPCQ_ACCEPT(OTHER_TYPE)); }

static int get_into_a_small_buffer(void *queue) { return get_with(queue, 1, IPCQ_ACCEPT_ALL); }

static int get_many_into_a_small_buffer(void *queue)
{
    char buffer[1];
    ipcq_view view;
    size_t count = 0;
    return -ipcq_get_many(queue, buffer, sizeof buffer, &view, 1, &count, IPCQ_ACCEPT_ALL, NULL);
}

static int borrow_another_type(void *queue)
{
    ipcq_view view;
    return -ipcq_borrow(queue, &view, IPCQ_ACCEPT(OTHER_TYPE), NULL);
}

static int get_any(void *queue) { return get_with(queue, LARGE, IPCQ_ACCEPT_ALL); }

/* The system wakes the one that has slept longest. */
static void passed_on(struct queue_fixture *fixture, child_function *first_call, int answer)
{
    ipcq_t *queue = fixture->queue;
    char item[LARGE];
    memset(item, 'x', sizeof item);
    *waits_begun = 0;
    pid_t first = child_start(first_call, queue);
    await_asleep(first, 1);
    pid_t second = child_start(get_any, queue);
    await_asleep(second, 2);
    assert_ok(ipcq_put_typed(queue, item, sizeof item, ITS_TYPE, NULL));
    WATCHDOG_STEP("the first sleeper is woken");
    assert_int_equal(child_wait(first), -answer);
    WATCHDOG_STEP("the second sleeper is woken");
    assert_int_equal(child_wait(second), 0);
    assert_int_equal(stats_of(queue).items, 0);
}

static void by_a_getter_of_another_type(void **state) { passed_on(*state, get_another_type, IPCQ_WRONGTYPE); }

static void by_a_getter_with_a_small_buffer(void **state) { passed_on(*state, get_into_a_small_buffer, IPCQ_TOOBIG); }

static void by_a_getter_of_many(void **state) { passed_on(*state, get_many_into_a_small_buffer, IPCQ_TOOBIG); }

static void by_a_borrower_of_another_type(void **state) { passed_on(*state, borrow_another_type, IPCQ_WRONGTYPE); }

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(by_a_getter_of_another_type, PLAIN),
        QUEUE_TEST(by_a_getter_of_another_type, JOINABLE),
        QUEUE_TEST(by_a_getter_with_a_small_buffer, PLAIN),
        QUEUE_TEST(by_a_getter_with_a_small_buffer, JOINABLE),
        QUEUE_TEST(by_a_getter_of_many, PLAIN),
        QUEUE_TEST(by_a_getter_of_many, JOINABLE),
        QUEUE_TEST(by_a_borrower_of_another_type, JOINABLE),
    };
    waits_begun = mmap(NULL, sizeof *waits_begun, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return waits_begun == MAP_FAILED ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
