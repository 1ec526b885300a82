/* SPDX-License-Identifier: Apache-2.0
 *
 * A call that waits lets the other Ruby threads run, and an interrupt (Timeout, Thread#raise, Thread#kill, a trap) ends
 * it only while nothing has been put or taken.
 *
 * RB_NOGVL_INTR_FAIL: Ruby looks for interrupts before the call but not after it, where raising would throw away an
 * item that was taken. When one is pending beforehand the call is not made at all; `code` says so because it was set
 * first.
 * RUBY_UBF_IO: an interrupt sends the sleeping thread a signal, again and again until it has returned. */
#ifndef IPCQ_RUBY_WAITING_H
#define IPCQ_RUBY_WAITING_H

#include "call.h"

#include <ruby.h>
#include <ruby/thread.h>

/* Newer Rubies may run the call of a non-blocking fiber on a thread of their own, if it is marked as fit for that. */
#ifndef RB_NOGVL_OFFLOAD_SAFE
#define RB_NOGVL_OFFLOAD_SAFE 0
#endif

static void *run_call(void *call)
{
    call_run(call, ((struct call *)call)->deadline_ns);
    return NULL;
}

static int call_unlocked(struct call *call)
{
    do {
        /* One that Ruby had put off until the thread waits (:on_blocking) rb_nogvl would not see. This may not return;
         * nothing is owned here. */
        rb_thread_check_ints();
        call->code = IPCQ_INTERRUPTED;
        rb_nogvl(run_call, call, RUBY_UBF_IO, NULL, RB_NOGVL_INTR_FAIL | RB_NOGVL_OFFLOAD_SAFE);
    } while (call->code == IPCQ_INTERRUPTED);
    return call->code;
}

#endif
