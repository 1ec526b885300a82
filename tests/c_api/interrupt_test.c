/* SPDX-License-Identifier: Apache-2.0 */
#include "support/await.h"
#include "support/child.h"
#include "support/items.h"

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/wait.h>

static atomic_int *handled; /* shared with the children */

static void note(int signal_number)
{
    (void)signal_number;
    atomic_fetch_add(handled, 1);
}

static int install(void)
{
    struct sigaction action = {.sa_handler = note}; /* without SA_RESTART: the harder case */
    return sigaction(SIGUSR1, &action, NULL);
}

static int get_with(ipcq_t *queue, uint32_t flags)
{
    uint64_t number = 0;
    ipcq_item item;
    const ipcq_wait wait = {.deadline_ns = IPCQ_FOREVER, .flags = flags};
    return ipcq_get_item(queue, &number, sizeof number, &item, IPCQ_ACCEPT_ALL, &wait);
}

static int get_interruptibly(void *queue)
{
    CHILD_CHECK(install() == 0);
    CHILD_CHECK(get_with(queue, IPCQ_INTERRUPTIBLE) == IPCQ_INTERRUPTED);
    return 0;
}

static int put_interruptibly(void *queue)
{
    const ipcq_wait wait = {.deadline_ns = IPCQ_FOREVER, .flags = IPCQ_INTERRUPTIBLE};
    CHILD_CHECK(install() == 0);
    CHILD_CHECK(ipcq_put_typed(queue, "x", 1, IPCQ_TYPE_BYTES, &wait) == IPCQ_INTERRUPTED);
    return 0;
}

static int join_interruptibly(void *queue)
{
    const ipcq_wait wait = {.deadline_ns = IPCQ_FOREVER, .flags = IPCQ_INTERRUPTIBLE};
    CHILD_CHECK(install() == 0);
    CHILD_CHECK(ipcq_join_wait(queue, &wait) == IPCQ_INTERRUPTED);
    return 0;
}

static int get_through_signals(void *queue)
{
    CHILD_CHECK(install() == 0);
    CHILD_CHECK(get_with(queue, 0) == IPCQ_OK);
    return 0;
}

/* A signal may come between two sleeps of the call, where no wait is there to interrupt; so it is sent until it counts.
 * The answer of the child, once it has ended, says which code it saw. */
static int signal_until_it_ends(pid_t child)
{
    for (;;) {
        kill(child, SIGUSR1);
        siginfo_t ended = {0};
        waitid(P_PID, (id_t)child, &ended, WEXITED | WNOHANG | WNOWAIT);
        if (ended.si_pid == child)
            return child_wait(child);
        sched_yield();
    }
}

static void a_get_that_asked_for_it_is_interrupted(void **state)
{
    struct queue_fixture *fixture = *state;
    pid_t child = child_start(get_interruptibly, fixture->queue);
    await_getters(fixture->queue, 1);
    assert_int_equal(signal_until_it_ends(child), 0);
    put_word(fixture->queue, "stays");
    assert_holds(fixture->queue, 1, 0);
}

static void a_put_that_asked_for_it_is_interrupted(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    pid_t child = child_start(put_interruptibly, fixture->queue);
    await_putters(fixture->queue, 1);
    assert_int_equal(signal_until_it_ends(child), 0);
    get_word(fixture->queue, "1");
    assert_holds(fixture->queue, 0, 0);
}

static void a_join_that_asked_for_it_is_interrupted(void **state)
{
    struct queue_fixture *fixture = *state;
    put_word(fixture->queue, "1");
    pid_t child = child_start(join_interruptibly, fixture->queue);
    await_joiners(fixture->queue, 1);
    assert_int_equal(signal_until_it_ends(child), 0);
}

static void any_other_wait_goes_on_through_signals(void **state)
{
    struct queue_fixture *fixture = *state;
    pid_t child = child_start(get_through_signals, fixture->queue);
    await_getters(fixture->queue, 1);
    for (int sent = 1; sent <= 50; ++sent) {
        kill(child, SIGUSR1);
        while (atomic_load(handled) < sent)
            sched_yield();
    }
    await_getters(fixture->queue, 1);
    put_word(fixture->queue, "x");
    assert_int_equal(child_wait(child), 0);
}

static int share_the_count(void **state)
{
    (void)state;
    handled = mmap(NULL, sizeof *handled, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return handled == MAP_FAILED ? -1 : 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(any_other_wait_goes_on_through_signals, PLAIN),
        QUEUE_TEST(a_get_that_asked_for_it_is_interrupted, PLAIN),
        QUEUE_TEST(a_put_that_asked_for_it_is_interrupted, PLAIN, .max_items = 1),
        QUEUE_TEST(a_join_that_asked_for_it_is_interrupted, JOINABLE),
    };
    return cmocka_run_group_tests(tests, share_the_count, NULL);
}
