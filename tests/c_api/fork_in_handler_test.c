/*
 * A signal handler forks, which POSIX allows, at any call that the library makes of the system. The process has one
 * thread. The handler's child leaves by _exit() at once, and the interrupted call answers as usual.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support/child.h"
#include "support/library_calls.h"
#include "support/scenes.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t forked;

static void fork_and_wait(int signal_number)
{
    const int kept = errno;
    int status = 1;
    (void)signal_number;
    const pid_t child = fork();
    if (child == 0)
        _exit(0);
    while (child > 0 && waitpid(child, &status, 0) == -1 && errno == EINTR)
        continue;
    forked += child > 0 && status == 0;
    errno = kept;
}

static void raise_signal(void) { raise(SIGUSR1); }

static int with_a_handler(const struct scene *scene, ipcq_t *queue, unsigned at, bool *out_struck)
{
    const struct sigaction action = {.sa_handler = fork_and_wait, .sa_flags = SA_RESTART};
    sigaction(SIGUSR1, &action, NULL);
    forked = 0;
    library_calls_arm(at, raise_signal);
    const int answer = scene->act(queue);
    *out_struck = library_calls_disarm();
    return answer != 0 || forked == *out_struck ? answer : 1;
}

static void a_handler_forks_at_each_call(void **state) { scenes_run(*state, with_a_handler); }

static void a_handler_forks_at_each_call_of_the_first_open(void **state)
{
    scenes_run_first_open(*state, with_a_handler);
}

/* ------------------------------------------------------------------------------- the C library's own lock */

static volatile sig_atomic_t strike_registration, registering, handled, handled_in_time;

static void note_signal(int signal_number)
{
    (void)signal_number;
    handled = 1;
    handled_in_time = !registering;
}

typedef void (*fork_handler)(void);

/* What pthread_atfork() calls. The C library holds a lock in it, and fork() takes the same lock. */
int __register_atfork(fork_handler prepare, fork_handler parent, fork_handler child, void *library);
int __register_atfork(fork_handler prepare, fork_handler parent, fork_handler child, void *library)
{
    static int (*real)(fork_handler, fork_handler, fork_handler, void *);
    *(void **)&real = dlsym(RTLD_NEXT, "__register_atfork");
    registering = 1;
    if (strike_registration)
        raise(SIGUSR1);
    const int error = real(prepare, parent, child, library);
    registering = 0;
    return error;
}

static int open_first(void *name)
{
    const struct sigaction action = {.sa_handler = note_signal};
    ipcq_t *queue = NULL;
    sigaction(SIGUSR1, &action, NULL);
    strike_registration = 1;
    CHILD_CHECK(ipcq_open(&queue, name, NULL) == IPCQ_OK);
    CHILD_CHECK(ipcq_close(queue) == IPCQ_OK);
    CHILD_CHECK(handled);
    CHILD_CHECK(handled_in_time);
    return 0;
}

static void no_handler_runs_while_the_first_open_arranges_for_fork(void **state)
{
    struct queue_fixture *fixture = *state;
    assert_int_equal(child_run(open_first, fixture->name), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NAME_TEST(no_handler_runs_while_the_first_open_arranges_for_fork), /* before the process has opened any */
        NAME_TEST(a_handler_forks_at_each_call_of_the_first_open),         /* before the process has opened any */
        QUEUE_TEST(a_handler_forks_at_each_call, PLAIN, .capacity_bytes = SCENES_CAPACITY),
        QUEUE_TEST(a_handler_forks_at_each_call, JOINABLE, .capacity_bytes = SCENES_CAPACITY),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
