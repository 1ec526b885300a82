/*
 * fork() while another thread is inside the library, held by an interposed call of the C library. The child has no such
 * thread, and must never wait for it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/child.h"
#include "support/items.h"
#include "support/watchdog.h"

#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { STUCK_SECONDS = 30 };

/* --------------------------------------------------------------------------- a thread that is held in a call */

static atomic_bool hold_sem_init, hold_wipe_on_fork;
static sem_t held, released;

static void hold_once(atomic_bool *wanted)
{
    if (!atomic_exchange(wanted, false))
        return;
    sem_post(&held);
    sem_wait(&released);
}

/* Of the first wait of a thread. */
int sem_init(sem_t *semaphore, int shared, unsigned value)
{
    static int (*real)(sem_t *, int, unsigned);
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "sem_init");
    hold_once(&hold_sem_init);
    return real(semaphore, shared, value);
}

/* Of the first ipcq_open() of a process. */
int madvise(void *address, size_t size, int advice)
{
    static int (*real)(void *, size_t, int);
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "madvise");
    if (advice == MADV_WIPEONFORK)
        hold_once(&hold_wipe_on_fork);
    return real(address, size, advice);
}

static ipcq_t *used;
static const char *used_name;

static void *wait_a_moment(void *argument)
{
    uint64_t number = 0;
    get_number(used, &number, NULL, ipcq_deadline(0.05));
    return argument;
}

static void *open_and_close(void *argument)
{
    ipcq_t *queue = NULL;
    if (ipcq_open(&queue, used_name, NULL) == IPCQ_OK)
        ipcq_close(queue);
    return argument;
}

/* What the child answers that is forked while the thread is held. */
static int fork_while_held(void *(*thread_function)(void *), atomic_bool *hold, child_function *child_function)
{
    pthread_t thread;
    sem_init(&held, 0, 0);
    sem_init(&released, 0, 0);
    atomic_store(hold, true);
    if (pthread_create(&thread, NULL, thread_function, NULL) != 0)
        return 1;
    sem_wait(&held);
    const int answer = child_run(child_function, NULL);
    sem_post(&released);
    pthread_join(thread, NULL);
    return answer;
}

static int wait_in_child(void *argument)
{
    uint64_t number = 0;
    (void)argument;
    watchdog_start(STUCK_SECONDS, "a wait in the child");
    CHILD_CHECK(get_number(used, &number, NULL, ipcq_deadline(0.05)) == IPCQ_TIMEDOUT);
    CHILD_CHECK(put_number(used, 1, IPCQ_NOWAIT) == IPCQ_OK);
    return 0;
}

static void a_child_waits_though_another_thread_began_its_first_wait(void **state)
{
    struct queue_fixture *fixture = *state;
    used = fixture->queue;
    assert_int_equal(fork_while_held(wait_a_moment, &hold_sem_init, wait_in_child), 0);
}

static int nothing(void *argument)
{
    (void)argument;
    return 0;
}

static int open_and_fork(void *argument)
{
    ipcq_t *queue = NULL;
    (void)argument;
    watchdog_start(STUCK_SECONDS, "the child of a process whose thread opens its first queue");
    CHILD_CHECK(ipcq_open(&queue, used_name, NULL) == IPCQ_OK);
    CHILD_CHECK(child_run(nothing, NULL) == 0);
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK);
    return 0;
}

static void a_child_opens_and_forks_though_another_thread_began_its_first_open(void **state)
{
    struct queue_fixture *fixture = *state;
    used_name = fixture->name;
    assert_int_equal(fork_while_held(open_and_close, &hold_wipe_on_fork, open_and_fork), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        /* First: the process has opened none. */
        NAME_TEST(a_child_opens_and_forks_though_another_thread_began_its_first_open),
        QUEUE_TEST(a_child_waits_though_another_thread_began_its_first_wait, PLAIN),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
