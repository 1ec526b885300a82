/*
 * Calls about the queue as a whole and about the handle: looking, joining, opening anew, forking.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "thread.h"
#include "worker.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILD_STEPS = 60, PARTICIPANTS_SHOWN = 32 };

static void look(struct worker_thread *thread)
{
    ipcq_stats stats = {.struct_size = sizeof stats};
    ipcq_participant participants[PARTICIPANTS_SHOWN];
    uint64_t items = 0;
    size_t count = 0;
    int is_full = 0;
    switch (random_below(thread, 4)) {
    case 0: CALL(thread, CALL_LOOK, ipcq_stat(thread->queue, &stats)); break;
    case 1: CALL(thread, CALL_LOOK, ipcq_full(thread->queue, &is_full)); break;
    case 2: CALL(thread, CALL_LOOK, ipcq_size(thread->queue, &items)); break;
    default: CALL(thread, CALL_LOOK, ipcq_participants(thread->queue, participants, PARTICIPANTS_SHOWN, &count)); break;
    }
}

static void join_for_a_moment(struct worker_thread *thread)
{
    if (process.plan->is_joinable)
        CALL(thread, CALL_JOIN, ipcq_join(thread->queue, some_deadline(thread)));
}

/* A second handle takes the first one's place, or is closed at once. */
static void open_again(struct worker_thread *thread)
{
    ipcq_t *fresh = NULL;
    if (process.plan->is_nameless || process.plan->keeps_to_itself)
        return;
    const ipcq_options options = {.struct_size = sizeof options, .flags = IPCQ_OPEN_ONLY};
    if (CALL(thread, CALL_OPEN, ipcq_open(&fresh, ledger->queue, &options)) != IPCQ_OK)
        return;
    if (random_below(thread, 2) == 0 || pthread_rwlock_trywrlock(&process.mapped) != 0) {
        CALL(thread, CALL_CLOSE, ipcq_close(fresh));
        return;
    }
    if (random_below(thread, 2) == 0)
        keep_reservation(thread); /* close has to give it back */
    ipcq_t *old = atomic_exchange(&process.queue, fresh);
    atomic_fetch_add(&process.exchanges, 1);
    CALL(thread, CALL_CLOSE, ipcq_close(old)); /* gives back what all threads held through it */
    pthread_rwlock_unlock(&process.mapped);
    atomic_fetch_add(&ledger->reopens, 1);
    thread_take_queue(thread);
}

/* Works for a while with the handle that it inherited, and dies. */
static _Noreturn void child_run_calls(struct worker_thread *parent, pid_t parent_pid)
{
    static struct worker_thread thread;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent_pid)
        _exit(0);
    pthread_rwlock_init(&process.mapped, NULL); /* its other users are threads that do not exist here */
    thread = *parent;
    thread.note = parent->child_note;
    thread.child_note = NULL;
    thread.held_count = 0;
    for (uint64_t steps = random_below(&thread, CHILD_STEPS); steps > 0 && phase_now() == PHASE_WORK; --steps)
        work_once(&thread);
    kill(getpid(), SIGKILL);
    _exit(1);
}

static void fork_child(struct worker_thread *thread)
{
    if (process.plan->keeps_to_itself || thread->child_note == NULL)
        return;
    const pid_t parent = getpid();
    thread_note_begin(thread->child_note);
    thread_enters(thread, CALL_FORK);
    const pid_t child = fork();
    if (child == 0)
        child_run_calls(thread, parent);
    int status = 0;
    if (child > 0 && waitpid(child, &status, 0) == child)
        worker_judge_end(child, status, &ledger->worker[process.ordinal]);
    thread_enters(thread, CALL_NONE);
    atomic_fetch_add(&ledger->forks, 1);
}

void limit_process(struct worker_thread *thread)
{
    if (atomic_exchange(&process.is_limited, true)) /* first: its answers may change from now on */
        return;
    thread_enters(thread, CALL_LIMIT);
    process.plan->limit();
    thread_enters(thread, CALL_NONE);
    atomic_fetch_add(&ledger->limited, 1);
}

void do_something_else(struct worker_thread *thread)
{
    switch (random_below(thread, 24)) {
    case 0: fork_child(thread); break;
    case 1: open_again(thread); break;
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
    case 7: join_for_a_moment(thread); break;
    case 8:
        if (plan_limits(process.plan, process.ordinal) && thread->child_note != NULL)
            limit_process(thread);
        break;
    default: look(thread); break;
    }
}
