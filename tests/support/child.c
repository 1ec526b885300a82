/* SPDX-License-Identifier: Apache-2.0 */
#include "child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN = 256 };

static pid_t children[CHILDREN]; /* 0: free */

static void remember(pid_t child)
{
    for (int i = 0; i < CHILDREN; ++i)
        if (children[i] == 0) {
            children[i] = child;
            return;
        }
    fprintf(stderr, "more than %d children\n", CHILDREN);
    abort();
}

static void forget(pid_t child)
{
    for (int i = 0; i < CHILDREN; ++i)
        if (children[i] == child)
            children[i] = 0;
}

/* Only the parent runs the handlers of exit(), but where coverage is measured, these write the child's counters. */
static _Noreturn void end_child(int answer)
{
#ifdef IPCQ_COVERAGE
    static const int limits[] = {RLIMIT_AS, RLIMIT_FSIZE, RLIMIT_NOFILE}; /* a test may have lowered them */
    for (size_t i = 0; i < sizeof limits / sizeof *limits; ++i) {
        struct rlimit limit;
        getrlimit(limits[i], &limit);
        limit.rlim_cur = limit.rlim_max;
        setrlimit(limits[i], &limit);
    }
    exit(answer);
#else
    _exit(answer);
#endif
}

pid_t child_start(child_function *function, void *argument)
{
    pid_t parent = getpid();
    fflush(NULL);
    pid_t child = fork();
    if (child == -1) {
        perror("fork");
        abort();
    }
    if (child == 0) {
        for (int i = 0; i < CHILDREN; ++i)
            children[i] = 0;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(1);
        int answer = function(argument);
        fflush(NULL);
        end_child(answer);
    }
    remember(child);
    return child;
}

static int wait_status(pid_t child, int options)
{
    int status = 0;
    pid_t seen = 0;
    do
        seen = waitpid(child, &status, options);
    while (seen == -1 && errno == EINTR);
    if (seen != child) {
        perror("waitpid");
        abort();
    }
    return status;
}

static int answer_of(pid_t child, int status)
{
    forget(child);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

int child_wait(pid_t child) { return answer_of(child, wait_status(child, 0)); }

int child_run(child_function *function, void *argument) { return child_wait(child_start(function, argument)); }

void child_kill(pid_t child)
{
    kill(child, SIGKILL);
    child_wait(child);
}

bool child_wait_stopped(pid_t child)
{
    int status = wait_status(child, WUNTRACED);
    if (WIFSTOPPED(status))
        return true;
    forget(child);
    return false;
}

void child_continue(pid_t child) { kill(child, SIGCONT); }

int child_finish(pid_t child)
{
    int status = 0;
    do {
        child_continue(child);
        status = wait_status(child, WUNTRACED);
    } while (WIFSTOPPED(status));
    return answer_of(child, status);
}

void child_kill_all(void)
{
    for (int i = 0; i < CHILDREN; ++i)
        if (children[i] != 0) {
            kill(children[i], SIGKILL);
            waitpid(children[i], NULL, 0);
            children[i] = 0;
        }
}

int child_failed(const char *file, int line, const char *condition)
{
    fprintf(stderr, "child %d: %s:%d: %s is false\n", (int)getpid(), file, line, condition);
    return 1;
}
