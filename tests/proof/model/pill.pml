/*
 * Processes that may be killed or stopped at each step, a semaphore as glibc builds it on a futex, and the two
 * functions of core/wait/sleep.hpp that use it. Included by the models; N is the number of processes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef KILLS
#define KILLS 0
#endif
#ifndef STOPS
#define STOPS 0
#endif

bool killed[N];  /* SIGKILL was sent: no further step of its own */
bool stopped[N]; /* SIGSTOP: no step until SIGCONT */

#define runs(me) (!stopped[me])
#define step(condition) atomic { runs(me) && (condition)

/* The semaphore: its value, and who sleeps in the kernel. */
byte tokens;
bool asleep[N];

byte sleepers; /* the counter beside the pill: a hint */

/* Ghosts: no process of the queue can see them. Every token and every count belongs to a sleeper. Exceptions are those
 * of the dead, and those of sleepers that left before the poster came to post (`left_over`). */
bool registered[N], posting[N];
short left_over;

#define conserved (sleepers + tokens + count_of(posting) == count_of(registered) + left_over)
#if N == 2
#define count_of(set) (set[0] + set[1])
#elif N == 3
#define count_of(set) (set[0] + set[1] + set[2])
#elif N == 4
#define count_of(set) (set[0] + set[1] + set[2] + set[3])
#elif N == 5
#define count_of(set) (set[0] + set[1] + set[2] + set[3] + set[4])
#endif

inline futex_wake() /* any one that sleeps */
{
    if
    :: asleep[0] -> asleep[0] = false
    :: asleep[1] -> asleep[1] = false
#if N > 2
    :: asleep[2] -> asleep[2] = false
#endif
#if N > 3
    :: asleep[3] -> asleep[3] = false
#endif
#if N > 4
    :: asleep[4] -> asleep[4] = false
#endif
    :: else
    fi
}

/* sem_post(): add, then the system call. */
inline sem_post(me)
{
    atomic { runs(me) -> tokens++; posting[me] = false }
    atomic { runs(me) -> futex_wake() }
}

/* wake_one() and wake_one_slowly() */
inline wake_one(me)
{
    if
    :: step(sleepers == 0) -> skip }
    :: step(sleepers != 0) -> skip }
       if
       :: step(tokens >= 1) -> skip } /* a token is under way */
       :: step(tokens == 0) -> skip }
#ifdef EARLY_POST
          atomic { runs(me) -> tokens++; left_over++ } /* on credit: */
          atomic { runs(me) -> futex_wake() }
          atomic { runs(me) -> if :: sleepers > 0 -> sleepers-- :: else fi; left_over--; assert(conserved) }
#else
          atomic { runs(me) -> counted = sleepers > 0; /* count_one_out() */
                   if :: counted -> sleepers--; posting[me] = true :: else fi }
          if
          :: counted -> sem_post(me); counted = false
          :: else
          fi
#endif
       fi
    fi
}

/* sleep_on(): one slice. */
inline sleep_on(me, ready)
{
#ifdef LATE_COUNT
    if
    :: step(ready) -> goto awake }
    :: step(!(ready)) -> skip }
    fi;
#endif
    atomic { runs(me) -> sleepers++; registered[me] = true; assert(conserved) }
#if !defined(NO_RECHECK) && !defined(LATE_COUNT)
    if
    :: step(ready) -> goto leave }
    :: step(!(ready)) -> skip }
    fi;
#endif
    do
    :: step(tokens > 0) -> tokens--; registered[me] = false; assert(conserved); goto awake } /* called */
    :: step(tokens == 0) -> asleep[me] = true } /* futex_wait() compares and sleeps */
       if
       :: step(!asleep[me]) -> skip } /* woken: try for the token */
#ifndef NO_SLICES
       :: step(asleep[me]) -> asleep[me] = false; goto leave } /* ETIMEDOUT: between any two steps */
#endif
       fi
    od;
leave:
    if
    :: step(sleepers != 0) -> sleepers--; registered[me] = false }
    :: step(sleepers == 0) -> skip }
       atomic { runs(me) -> registered[me] = false; /* sem_trywait() */
                if :: tokens > 0 -> tokens-- :: else -> left_over++ fi;
                assert(conserved) }
    fi;
awake:
    skip
}

/* The kernel's part of a death, some time after the signal. */
inline dies(me)
{
    atomic {
        killed[me] ->
        asleep[me] = false;
        left_over = left_over + registered[me] - posting[me];
        registered[me] = false;
        posting[me] = false
    }
}

/* Sends the signals. */
proctype Fate()
{
    byte kills = KILLS, stops = STOPS, victim;
    do
    :: kills > 0 ->
       atomic { select(victim : 0 .. N - 1);
                if :: !killed[victim] -> killed[victim] = true; kills-- :: else fi; victim = 0 }
    :: stops > 0 ->
       atomic { select(victim : 0 .. N - 1);
                if
                :: !killed[victim] && !stopped[victim] ->
                   stopped[victim] = true;
                   asleep[victim] = false; /* the signal takes it off the futex's queue; the call begins anew later */
                   stops--
                :: else
                fi; victim = 0 }
    :: atomic { stopped[0] -> stopped[0] = false }
    :: atomic { stopped[1] -> stopped[1] = false }
#if N > 2
    :: atomic { stopped[2] -> stopped[2] = false }
#endif
#if N > 3
    :: atomic { stopped[3] -> stopped[3] = false }
#endif
#if N > 4
    :: atomic { stopped[4] -> stopped[4] = false }
#endif
    :: break
    od
}
