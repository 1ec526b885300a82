/*
 * Going to sleep and being woken: core/wait/sleep.hpp and sleep.cpp, below the loops of core/queue/shared_queue.cpp.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * GETTERS wait for items, PUTTERS put one each. Anybody may be killed at any step (KILLS times in sum) or stopped and
 * perhaps continued (STOPS times). Putters that wait for room are the same with other names. To take an item is one
 * step here: the lock has a model of its own (owner_lock.pml).
 *
 * Lines of the protocol that a switch takes out: NO_SLICES, NO_RECHECK, LATE_COUNT, NO_BATON, EARLY_POST.
 */
#ifndef GETTERS
#define GETTERS 2
#endif
#ifndef PUTTERS
#define PUTTERS 2
#endif
#define N (GETTERS + PUTTERS)
#include "pill.pml"

byte ready_items;      /* committed and not taken */
bool waits[N];         /* inside ipcq_get() without an item */

/* SharedQueue::get(), for ever. */
proctype Getter(byte me)
{
    bool more;
    bool counted;
    waits[me] = true;
    {
        do
        :: step(ready_items > 0) -> /* Log::peek(), Log::take() */
           ready_items--; more = ready_items > 0; waits[me] = false }
           if
           :: more -> /* SharedQueue::wake_after_get(): the baton */
#ifndef NO_BATON
              wake_one(me)
#else
              skip
#endif
           :: else
           fi;
           more = false;
           if
           :: step(true) -> waits[me] = true }
           :: break /* works on its item from now on */
           fi
        :: step(ready_items == 0) -> skip } /* SharedQueue::wait_for_item() */
           sleep_on(me, ready_items > 0)
        od
    } unless { dies(me); waits[me] = false }
}

/* SharedQueue::put() */
proctype Putter(byte me)
{
    bool counted;
    {
        atomic { runs(me) -> ready_items++ } /* Log::commit() */
        wake_one(me)
    } unless { dies(me) }
}

init {
    byte i;
    atomic {
        do
        :: i < GETTERS -> run Getter(i); i++
        :: i >= GETTERS && i < N -> run Putter(i); i++
        :: else -> break
        od;
        i = 0;
        run Fate()
    }
}

#define waits_in_vain(i) (waits[i] && !killed[i] && !stopped[i])
#if GETTERS == 2
#define somebody_waits (waits_in_vain(0) || waits_in_vain(1))
#else
#define somebody_waits (waits_in_vain(0) || waits_in_vain(1) || waits_in_vain(2))
#endif

/* A live waiter and a ready item do not stay together for ever. */
ltl served { [] <> !(ready_items > 0 && somebody_waits) }
