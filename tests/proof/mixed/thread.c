/* SPDX-License-Identifier: Apache-2.0 */
#include "thread.h"

#include "support/random.h"

#include <time.h>
#include <unistd.h>

struct process process = {.mapped = PTHREAD_RWLOCK_INITIALIZER};

uint64_t random_below(struct worker_thread *thread, uint64_t sides) { return random_next(&thread->seed) % sides; }

int64_t some_deadline(struct worker_thread *thread)
{
    const uint64_t number = random_below(thread, 32);
    return ipcq_deadline(number == 0 ? 0.05 : number < 8 ? 0.001 : 0);
}

ipcq_wait some_wait(struct worker_thread *thread) { return (ipcq_wait){.deadline_ns = some_deadline(thread)}; }

void rest_us(long microseconds)
{
    nanosleep(&(struct timespec){microseconds / 1000000, microseconds % 1000000 * 1000}, NULL);
}

void thread_take_queue(struct worker_thread *thread)
{
    thread->exchanges = atomic_load(&process.exchanges); /* first: a handle is exchanged before it is counted */
    thread->queue = atomic_load(&process.queue);
}

void thread_enters(struct worker_thread *thread, enum call call) { atomic_store(&thread->note->call, call); }

static bool may_answer(const struct worker_thread *thread, enum call call, int code)
{
    const bool is_child = thread->child_note == NULL, is_limited = atomic_load(&process.is_limited);
    const bool opens = is_child || call == CALL_OPEN; /* a child's first call opens the queue */
    if (call_may_answer(call, code) || (is_child && call_may_answer(CALL_OPEN, code)))
        return true;
    /* Another thread closed the handle. */
    if (code == IPCQ_BADHANDLE || code == IPCQ_NOTTAKEN || code == IPCQ_NOTRESERVED)
        return thread->exchanges != atomic_load(&process.exchanges);
    if (is_limited && opens && (ANSWER(code) & process.plan->limited_opens))
        return true;
    if (!is_child && !call_needs_system(call))
        return false;
    return (ANSWER(code) & (process.plan->disturbed_answers | (is_limited ? process.plan->limited_answers : 0))) != 0;
}

int thread_left(struct worker_thread *thread, enum call call, int code)
{
    atomic_store(&thread->note->call, CALL_NONE);
    if (!may_answer(thread, call, code))
        violation("%s answers %s (worker %u%s%s)", call_name[call], ipcq_error_name(code), process.ordinal,
                  thread->child_note == NULL ? ", forked" : "", atomic_load(&process.is_limited) ? ", limited" : "");
    return code;
}

bool begin_mapped(ipcq_t *queue)
{
    pthread_rwlock_rdlock(&process.mapped);
    if (atomic_load(&process.queue) == queue)
        return true;
    pthread_rwlock_unlock(&process.mapped);
    return false;
}

void end_mapped(void) { pthread_rwlock_unlock(&process.mapped); }

void work_once(struct worker_thread *thread)
{
    static const unsigned puts_of_16[] = {[PREFER_NOTHING] = 7, [PREFER_PUTS] = 12, [PREFER_TAKES] = 2};
    const uint64_t number = random_below(thread, 16);
    thread_take_queue(thread);
    reduce_held_to(thread, (unsigned)random_below(thread, thread->held_max + 1));
    if (number >= 14)
        do_something_else(thread);
    else if (number < puts_of_16[atomic_load(&ledger->preference) % 3])
        put_something(thread);
    else
        take_something(thread);
}
