/* SPDX-License-Identifier: Apache-2.0 */
#include "worker.h"

#include "thread.h"
#include "support/random.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOBODYS_TYPE = 5, HELD_USUALLY = 4, VICTIM_HOLDS = 3, VICTIM_TRIES = 8 };

static const double patience_s = 0.3, join_patience_s = 30;

static struct worker_thread threads_here[THREADS_MAX];

void worker_describe(const struct worker_note *note, char *text, size_t size)
{
    size_t length = 0;
    text[0] = '\0';
    for (int i = 0; i < THREADS_MAX; ++i) {
        const unsigned own = atomic_load(&note->thread[i].call), child = atomic_load(&note->child[i].call);
        length += (size_t)snprintf(text + length, size - length, i == 0 ? "%s" : ", %s", call_name[own % CALLS]);
        if (own == CALL_FORK && length < size)
            length += (size_t)snprintf(text + length, size - length, " (%s)", call_name[child % CALLS]);
        if (length >= size)
            return;
    }
}

void worker_judge_end(pid_t pid, int status, const struct worker_note *note)
{
    char calls[200] = "unknown, it is no worker";
    if ((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) || (WIFEXITED(status) && WEXITSTATUS(status) == 0))
        return;
    if (note != NULL)
        worker_describe(note, calls, sizeof calls);
    if (WIFSIGNALED(status))
        violation("process %d died of SIG%s; calls of its threads: %s", (int)pid, sigabbrev_np(WTERMSIG(status)),
                  calls);
    else
        violation("process %d ended with %d; calls of its threads: %s", (int)pid, WEXITSTATUS(status), calls);
}

/* Takes what it can get. It is killed with that. */
static void be_victim(struct worker_thread *thread)
{
    keep_reservation(thread);
    for (int tries = 0; tries < VICTIM_TRIES && thread->held_count < VICTIM_HOLDS; ++tries)
        take_something(thread);
}

/* No item has this type, so nothing is taken. */
static void poll_without_effect(struct worker_thread *thread)
{
    ipcq_item item = {0};
    const ipcq_wait wait = {.deadline_ns = IPCQ_NOWAIT};
    thread_enters(thread, CALL_GET);
    int code =
        ipcq_get_item(thread->queue, thread->buffer, thread->buffer_bytes, &item, IPCQ_ACCEPT(NOBODYS_TYPE), &wait);
    thread_left(thread, CALL_GET, code == IPCQ_WRONGTYPE ? IPCQ_EMPTY : code);
    rest_us(500);
}

/* Sleeps until all is finished. It sleeps on if the death of the victim is not noticed. */
static void join_patiently(struct worker_thread *thread, unsigned number)
{
    atomic_store(&thread->note->joining, true);
    atomic_store(&thread->note->quiet, number);
    int code = IPCQ_BADHANDLE;
    while (code != IPCQ_OK && phase_now() == PHASE_QUIET && atomic_load(&ledger->quiet) == number) {
        thread_take_queue(thread); /* a thread that still works may close the handle */
        code = CALL(thread, CALL_JOIN, ipcq_join(thread->queue, ipcq_deadline(join_patience_s)));
    }
    atomic_store(&thread->note->joining, false);
}

/* No thread puts. Most threads sleep in calls. */
static void be_quiet(struct worker_thread *thread, unsigned index)
{
    const unsigned number = atomic_load(&ledger->quiet);
    const bool is_victim = (atomic_load(&ledger->victims) >> process.ordinal & 1) != 0;
    const bool is_limited = plan_limits(process.plan, process.ordinal);
    thread_take_queue(thread);
    if (is_limited)
        limit_process(thread);
    if (is_victim)
        be_victim(thread);
    else
        reduce_held_to(thread, 0);
    if (!is_victim && !is_limited && process.plan->is_joinable && index % 2 == 1)
        join_patiently(thread, number);
    atomic_store(&thread->note->quiet, number);
    while (phase_now() == PHASE_QUIET && atomic_load(&ledger->quiet) == number) {
        thread_take_queue(thread);
        if (is_victim || index % 2 == 1)
            rest_us(2000);
        else if (is_limited)
            poll_without_effect(thread);
        else
            take_one(thread, ipcq_deadline(patience_s));
        if (!is_victim)
            reduce_held_to(thread, 0);
    }
}

/* No thread puts or joins. The items that are ready are finished. */
static void drain_once(struct worker_thread *thread)
{
    thread_take_queue(thread);
    reduce_held_to(thread, 0);
    if (take_one(thread, IPCQ_NOWAIT) != IPCQ_OK)
        rest_us(500);
}

static void *work(void *argument)
{
    const unsigned index = (unsigned)(uintptr_t)argument;
    struct worker_thread *thread = &threads_here[index];
    for (;;) {
        const enum phase phase = phase_now();
        if (phase == PHASE_STOP)
            break;
        if (phase == PHASE_QUIET)
            be_quiet(thread, index);
        else if (phase == PHASE_DRAIN)
            drain_once(thread);
        else
            work_once(thread);
    }
    thread_take_queue(thread);
    reduce_held_to(thread, 0);
    return NULL;
}

/* The handle of this process. Exits when the scene ends first. */
static ipcq_t *open_queue(ipcq_t *inherited)
{
    struct worker_thread *thread = &threads_here[0];
    struct worker_thread as_child = *thread;
    const ipcq_options options = {.struct_size = sizeof options, .flags = IPCQ_OPEN_ONLY};
    as_child.child_note = NULL;
    while (phase_now() != PHASE_STOP) {
        ipcq_t *queue = inherited;
        uint64_t items = 0;
        const int code = inherited == NULL ? CALL(thread, CALL_OPEN, ipcq_open(&queue, ledger->queue, &options))
                                           : CALL(&as_child, CALL_LOOK, ipcq_size(queue, &items));
        if (code == IPCQ_OK)
            return queue;
        rest_us(1000);
    }
    _exit(0);
}

struct worker_thread *worker_prepare(const struct plan *plan, unsigned ordinal, uint64_t seed)
{
    process.plan = plan;
    process.ordinal = ordinal;
    for (unsigned i = 0; i < plan->threads; ++i) {
        struct worker_note *note = &ledger->worker[ordinal];
        const size_t room = 2 * ledger->item_max;
        threads_here[i] =
            (struct worker_thread){.note = &note->thread[i], .child_note = &note->child[i], .buffer_bytes = room};
        threads_here[i].seed = random_mix(seed + i);
        threads_here[i].held_max = plan->has_small_items ? HELD_MAX : HELD_USUALLY;
        threads_here[i].buffer = malloc(room);
        if (threads_here[i].buffer == NULL)
            _exit(2);
    }
    return &threads_here[0];
}

_Noreturn void worker_run(const struct plan *plan, unsigned ordinal, uint64_t seed, ipcq_t *inherited)
{
    pthread_t threads[THREADS_MAX];
    worker_prepare(plan, ordinal, seed);
    process.queue = open_queue(inherited);
    for (unsigned i = 1; i < plan->threads; ++i)
        if (pthread_create(&threads[i], NULL, work, (void *)(uintptr_t)i) != 0)
            _exit(2);
    atomic_store(&ledger->worker[ordinal].state, WORKER_WORKS);
    work((void *)(uintptr_t)0);
    for (unsigned i = 1; i < plan->threads; ++i)
        pthread_join(threads[i], NULL);
    if (seed % 2 == 0) /* else the process dies with its handle open */
        CALL(&threads_here[0], CALL_CLOSE, ipcq_close(process.queue));
    _exit(0);
}

_Noreturn void worker_run_idle(const struct plan *plan, unsigned ordinal)
{
    worker_prepare(plan, ordinal, 1);
    process.queue = open_queue(NULL);
    atomic_store(&ledger->worker[ordinal].state, WORKER_IDLES);
    for (;;)
        pause();
}
