/*
 * Leases of the dead come back: core/log/repair.cpp, with take() of core/log/take.hpp, finish() of core/log/finish.cpp and
 * attach() of core/wait/participant.cpp.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * ITEMS records are ready. Members of the queue reap, take and finish as they like; all but the last, who goes on until
 * all is finished, may be killed at any step, also while they reap. The heir attaches to the slot of the dead member 0.
 * The lock is one step to take, from nobody or from the dead (owner_lock.pml); the frontier stays before record 0.
 *
 * Lines of the protocol that a switch takes out: READY_FIRST, CURSOR_FIRST, CLEAN_FIRST, NO_BYTE, EQUAL_GENERATION,
 * NO_INHERITANCE, SHORT_ZONE, NO_REPAIR.
 */
#ifndef ITEMS
#define ITEMS 2
#endif
#ifndef KILLS
#define KILLS 1
#endif
#ifndef MORTALS
#define MORTALS 1 /* with slots 0, 1, ... */
#endif
#ifndef HEIRS
#define HEIRS 0 /* mortal, too; of slot 0 */
#endif
#ifndef ACTIONS
#define ACTIONS 2 /* of each mortal */
#endif
#define SURVIVOR (MORTALS + HEIRS)
#define N (SURVIVOR + 1)
#define SLOTS (MORTALS + 1) /* the survivor has the last */
#define NOBODY 255

bool killed[N];

/* Slots */
byte byte_of[SLOTS];  /* who holds it: its number + 1; 0: nobody */
byte generation[SLOTS];
bool dirty[SLOTS];

/* layout/owner.hpp: 0 is nobody. */
#define name_of(slot, generation) ((generation) * 8 + (slot) + 1)
#define slot_of(name) ((name) % 8 - 1)
#define generation_of(name) ((name) / 8)
byte name[N];

/* Records and the head's cursor; FORMAT.md, section 5. */
mtype = { READY, TAKEN, DONE };
mtype state[ITEMS];
byte owner[ITEMS];
byte head, zone, skipped;
byte lock_word;

/* Ghost */
bool finished[ITEMS];

#define alive(word) (generation[slot_of(word)] == generation_of(word) && byte_of[slot_of(word)] != 0)

/* I4: before the published head nothing is READY. */
#if ITEMS == 2
#define nothing_lost (!(head > 0 && state[0] == READY) && !(head > 1 && state[1] == READY))
#define all_done (finished[0] && finished[1])
#elif ITEMS == 3
#define nothing_lost (!(head > 0 && state[0] == READY) && !(head > 1 && state[1] == READY) && !(head > 2 && state[2] == READY))
#define all_done (finished[0] && finished[1] && finished[2])
#endif

/* Log::recount_zone(): how many of `length` records from `from` on are not READY. */
inline recount(from, length, out_skipped)
{
    out_skipped = 0; i = 0;
    do
    :: i < length -> if :: state[from + i] != READY -> out_skipped++ :: else fi; i++
    :: else -> break
    od;
    i = 0
}

/* roll_head() and pass() over what is not ready, in a private copy of the cursor. */
inline roll()
{
    cursor = head; length = zone; left = skipped;
    do
    :: cursor < ITEMS && state[cursor] != READY ->
       cursor++;
       if :: length != 0 -> length--; if :: left != 0 -> left-- :: else fi :: else fi
    :: else -> break
    od;
    i = 0 /* a d_step must not end with a loop */
}

inline forget_cursor()
{
    cursor = 0; length = 0; left = 0
}

inline store_cursor() /* one store: the epoch */
{
    head = cursor; zone = length; skipped = left; assert(nothing_lost)
}

/* Log::lock_head(), and the private copy of the cursor. A stolen head is repaired before anything else. `held` is the slot
 * that we look dead through. */
inline lock_head()
{
    if
    :: atomic { lock_word == 0 -> lock_word = name[me]; roll() }
    :: atomic { lock_word != 0 && (!alive(lock_word) || slot_of(lock_word) == held) -> lock_word = name[me]; roll() };
#ifndef NO_REPAIR
       atomic { recount(cursor, length, left); store_cursor() } /* repair_head() */
#endif
    fi
}

/* Q2 holds whenever the lock is given back. */
inline unlock_head()
{
    d_step {
        recount(head, zone, left); assert(left == skipped); left = 0;
        i = head + zone;
        do :: i < ITEMS -> assert(state[i] == READY); i++ :: else -> break od;
        i = 0;
        lock_word = 0
    }
}

/* Log::take() with a lease, then Log::finish(). Only after Log::peek(): who polls an empty queue leaves the lock alone. */
inline take_and_finish()
{
    if
    :: head == ITEMS
    :: head != ITEMS ->
       lock_head();
       if
       :: atomic { cursor == ITEMS -> store_cursor(); forget_cursor() } /* EMPTY: the cursor moves on nevertheless */
          unlock_head()
       :: atomic { cursor != ITEMS ->
                   here = cursor; cursor++;
                   if :: length != 0 -> length-- :: else fi;
#ifdef CURSOR_FIRST
                   store_cursor() }
          atomic { state[here] = TAKEN; owner[here] = name[me]; forget_cursor() }
#else
                   state[here] = TAKEN; owner[here] = name[me] }
          atomic { store_cursor(); forget_cursor() }
#endif
          unlock_head();
          atomic {
              assert(state[here] == TAKEN && owner[here] == name[me]); /* compare-and-swap in finish() */
              state[here] = DONE; owner[here] = 0;
              assert(!finished[here]); finished[here] = true;
              here = NOBODY
          }
       fi
    fi
}

#ifdef EQUAL_GENERATION
#define theirs(r) (state[r] == TAKEN && slot_of(owner[r]) == victim && generation_of(owner[r]) == last)
#else
#define theirs(r) (state[r] == TAKEN && slot_of(owner[r]) == victim && generation_of(owner[r]) <= last)
#endif

/* each_lease(): the next lease of theirs from `here` on; ITEMS if there is none. */
inline next_lease()
{
    do
    :: here < ITEMS && !theirs(here) && !(state[here] == READY && here >= head + zone) -> here++
    :: else -> break
    od;
    here = (here < ITEMS && theirs(here) -> here : ITEMS)
}

/* Log::move_head_back() */
inline move_head_back()
{
    atomic {
        if
        :: here < head ->
#ifdef SHORT_ZONE
           length = zone;
#else
           length = head + zone - here;
#endif
           recount(here, length, left);
           cursor = here;
           store_cursor()
        :: else
        fi
    }
}

/* Log::give_back_all_of(victim, last) */
inline give_back_all()
{
    lock_head();
    atomic { here = 0; next_lease() }
    if
    :: here < ITEMS ->
#ifdef READY_FIRST
       atomic { state[here] = READY; owner[here] = 0; assert(nothing_lost) }
#endif
       move_head_back();
       do
       :: atomic { here < ITEMS -> state[here] = READY; owner[here] = 0; assert(nothing_lost); next_lease() }
       :: here == ITEMS -> break
       od
    :: here == ITEMS
    fi;
    atomic { here = NOBODY; cursor = head; length = zone; recount(cursor, length, left); store_cursor(); forget_cursor() }
    unlock_head()
}

/* Log::reap(), of one slot */
inline reap(whom)
{
    if
    :: atomic { whom != slot && dirty[whom] && byte_of[whom] == 0 ->
                victim = whom;
#ifndef NO_BYTE
                held = whom; byte_of[whom] = me + 1 /* Participant::hold_dead() */
#endif
       }
       if
       :: atomic { dirty[victim] -> last = generation[victim] }
#ifdef CLEAN_FIRST
          dirty[victim] = false;
#endif
          give_back_all();
          dirty[victim] = false /* last */
       :: !dirty[victim]
       fi;
       atomic { /* Participant::let_go() */
           if :: byte_of[victim] == me + 1 -> byte_of[victim] = 0 :: else fi;
           held = NOBODY; last = 0; victim = NOBODY }
    :: whom == slot || !dirty[whom] || byte_of[whom] != 0
    fi
}

proctype Member(byte me, slot)
{
    byte cursor, length, left, here = NOBODY, victim = NOBODY, last, held = NOBODY, i;
    byte actions = ACTIONS;
    {
        if
        :: me >= MORTALS && me < SURVIVOR -> /* Participant::attach() over a dirty slot, or over a clean one */
           atomic { byte_of[slot] == 0 -> byte_of[slot] = me + 1 }
           atomic { generation[slot]++; name[me] = name_of(slot, generation[slot]) }
#ifndef NO_INHERITANCE
           if
           :: atomic { dirty[slot] -> last = generation[slot] - 1; victim = slot } /* took_over(): inherited_ */
              give_back_all();
              atomic { victim = NOBODY; last = 0 }
           :: atomic { !dirty[slot] -> dirty[slot] = true }
           fi
#else
           dirty[slot] = true
#endif
        :: else
        fi;
        do
        :: atomic { me != SURVIVOR && actions > 0 -> actions-- } reap(0)
#if MORTALS > 1
        :: atomic { me != SURVIVOR && actions > 0 -> actions-- } reap(1)
#endif
        :: atomic { me != SURVIVOR && actions > 0 -> actions-- } take_and_finish()
        :: me == SURVIVOR && !all_done ->
           reap(0);
#if MORTALS > 1
           reap(1);
#endif
           take_and_finish()
        :: me != SURVIVOR || all_done -> break
        od
    } unless {
        atomic { killed[me] -> if :: byte_of[slot] == me + 1 -> byte_of[slot] = 0 :: else fi } /* its mapping */
        atomic { if :: held != NOBODY && byte_of[held] == me + 1 -> byte_of[held] = 0 :: else fi } /* its descriptors */
    }
}

proctype Fate()
{
    byte kills = KILLS, who;
    do
    :: kills > 0 ->
       atomic { select(who : 0 .. SURVIVOR - 1);
                if :: !killed[who] -> killed[who] = true; kills-- :: else fi; who = 0 }
    :: break
    od
}

init {
    byte m, s;
    atomic {
        do
        :: m < ITEMS -> state[m] = READY; m++
        :: else -> break
        od;
        m = 0;
        do
        :: m < N ->
           s = (m < MORTALS -> m : (m == SURVIVOR -> SLOTS - 1 : 0));
           if
           :: m < MORTALS || m == SURVIVOR -> byte_of[s] = m + 1; generation[s] = 1; dirty[s] = true; name[m] = name_of(s, 1)
           :: else
           fi;
           run Member(m, s);
           m++
        :: else -> break
        od;
        m = 0; s = 0;
        run Fate()
    }
}

/* Whoever dies, the survivor sees every item finished. */
ltl finished_once { <> all_done }
