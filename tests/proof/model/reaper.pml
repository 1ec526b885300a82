/*
 * Leases of the dead come back: core/log/repair.cpp, with take() of core/log/take.hpp, finish() of core/log/finish.hpp
 * and attach() of core/wait/participant.cpp.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * ITEMS records are ready. Members of the queue reap, take and finish as they like. The last one goes on until all is
 * finished. Each of the others may be killed or stopped at any step, also while it reaps or enters. The heirs enter the
 * slot of member 0 after its death. The lock is one step to take, from nobody or from the dead (owner_lock.pml); the
 * frontier stays before record 0, and its lock is taken with the head's.
 *
 * Lines of the protocol that a switch takes out: READY_FIRST, CURSOR_FIRST, CLEAN_FIRST, PLAIN_STORE, ASK_FIRST,
 * BYTE_FIRST, RAISE_ONCE, NO_ENTRANCE, SKIP_INHERITED, EQUAL_GENERATION, NO_INHERITANCE, SHORT_ZONE, OLD_COUNT,
 * NO_REPAIR.
 */
#ifndef ITEMS
#define ITEMS 2
#endif
#ifndef KILLS
#define KILLS 1
#endif
#ifndef STOPS
#define STOPS 0
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
bool stopped[N];
#define runs(me) (!stopped[me]) /* stopped, it makes no step that others can see */

/* Slots. The two bytes: each has its holder's number + 1; 0: nobody. */
byte entrance_of[SLOTS];
byte byte_of[SLOTS];
/* layout/slot_life.hpp: one word */
mtype:life = { CLEAN, USED, INHERITED };
byte generation[SLOTS];
mtype:life life[SLOTS];
#define none 0 /* no state */

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

#define owns(s, r) (state[r] == TAKEN && slot_of(owner[r]) == s)
#define lives_in(s) (byte_of[s] != 0 && name[byte_of[s] - 1] != 0 && !killed[byte_of[s] - 1])

/* I7 and I16, of one slot; and a slot in use is not marked clean. */
#define kept_record(s, r) (!owns(s, r) || life[s] == INHERITED || \
                           (life[s] == USED && generation_of(owner[r]) == generation[s]))
#if ITEMS == 2
#define kept(s) (kept_record(s, 0) && kept_record(s, 1))
#elif ITEMS == 3
#define kept(s) (kept_record(s, 0) && kept_record(s, 1) && kept_record(s, 2))
#endif
#define check_slot(s) assert(kept(s) && !(life[s] == CLEAN && lives_in(s)))

#define alive(word) (generation[slot_of(word)] == generation_of(word) && byte_of[slot_of(word)] != 0)

/* I4: before the published head nothing is READY. */
#if ITEMS == 2
#define nothing_lost (!(head > 0 && state[0] == READY) && !(head > 1 && state[1] == READY))
#define all_done (finished[0] && finished[1])
#elif ITEMS == 3
#define nothing_lost (!(head > 0 && state[0] == READY) && !(head > 1 && state[1] == READY) && \
                      !(head > 2 && state[2] == READY))
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

/* Log::lock_head(), and the private copy of the cursor. A stolen head is repaired before anything else. */
inline lock_head()
{
    if
    :: atomic { runs(me) && lock_word == 0 -> lock_word = name[me]; roll() }
    :: atomic { runs(me) && lock_word != 0 && !alive(lock_word) -> lock_word = name[me]; roll() };
#ifndef NO_REPAIR
       atomic { runs(me) -> recount(cursor, length, left); store_cursor() } /* repair_head() */
#endif
    fi
}

/* Q2 holds whenever the lock is given back. */
inline unlock_head()
{
    atomic {
        runs(me) ->
        recount(head, zone, left); assert(left == skipped); left = 0;
        i = head + zone;
        do :: i < ITEMS -> assert(state[i] == READY); i++ :: else -> break od;
        i = 0;
        lock_word = 0
    }
}

/* Log::take() with a lease, then Log::finish(). Only after Log::peek(): a process that polls an empty queue leaves the
 * lock alone. */
inline take_and_finish()
{
    if
    :: head == ITEMS
    :: head != ITEMS ->
       lock_head();
       if
       :: atomic { runs(me) && cursor == ITEMS -> store_cursor(); forget_cursor() } /* EMPTY: the cursor moves, too */
          unlock_head()
       :: atomic { runs(me) && cursor != ITEMS ->
                   here = cursor; cursor++;
                   if :: length != 0 -> length-- :: else fi;
#ifdef CURSOR_FIRST
                   store_cursor() }
          atomic { runs(me) -> state[here] = TAKEN; owner[here] = name[me]; forget_cursor() }
#else
                   state[here] = TAKEN; owner[here] = name[me] }
          atomic { runs(me) -> store_cursor(); forget_cursor() }
#endif
          unlock_head();
          atomic {
              runs(me) ->
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

/* Log::requeue_locked(): the cursor goes back, with the counts of afterwards. */
inline move_head_back()
{
    atomic {
        runs(me) ->
        i = here;
        do /* how many there are */
        :: here < ITEMS -> found++; here++; next_lease()
        :: else -> break
        od;
        here = i;
        if
        :: here < head ->
#ifdef SHORT_ZONE
           length = zone;
#else
           length = head + zone - here;
#endif
           cursor = here
        :: else -> cursor = head; length = zone
        fi;
        recount(cursor, length, left);
#ifndef OLD_COUNT
        left = (left > found -> left - found : 0);
#endif
        found = 0;
        store_cursor(); forget_cursor()
    }
}

/* Log::requeue_leases_of(victim, last) */
inline requeue()
{
    lock_head();
    atomic { forget_cursor(); here = 0; next_lease() }
    if
    :: here < ITEMS ->
#ifdef READY_FIRST
       atomic { runs(me) -> state[here] = READY; owner[here] = 0; assert(nothing_lost) }
#endif
       move_head_back();
       do
       :: atomic { runs(me) && here < ITEMS -> state[here] = READY; owner[here] = 0;
                    assert(nothing_lost); next_lease() }
       :: here == ITEMS -> break
       od
    :: here == ITEMS
    fi;
    here = NOBODY;
    unlock_head()
}

/* Log::mark_clean(): a look, and a compare-and-swap. */
inline mark_clean()
{
    atomic {
        seen = life[victim]; seen_generation = generation[victim];
        next = none;
        if
        :: seen_generation == last -> next = CLEAN
        :: seen_generation - 1 == last && seen == INHERITED -> next = USED
        :: else
        fi
    }
    atomic {
        runs(me) ->
        if
#ifdef PLAIN_STORE
        :: next != none -> generation[victim] = seen_generation;
#else
        :: next != none && life[victim] == seen && generation[victim] == seen_generation ->
#endif
           life[victim] = next; check_slot(victim)
        :: else
        fi;
        seen = none; next = none; seen_generation = 0
    }
}

#ifdef SKIP_INHERITED
#define leave_to_heir(whom) (seen == INHERITED && whom != slot)
#else
#define leave_to_heir(whom) false
#endif

/* Log::find_dead() and Log::reap_these(), of one slot. */
inline reap(whom)
{
    if
    :: life[whom] == CLEAN
#ifdef ASK_FIRST
    :: atomic { life[whom] != CLEAN -> is_dead = (whom != slot && byte_of[whom] == 0) }
       atomic { seen = life[whom]; last = generation[whom] }
#else
    :: atomic { life[whom] != CLEAN -> seen = life[whom]; last = generation[whom] }
       is_dead = (whom != slot && byte_of[whom] == 0); /* the kernel is asked after the word was read */
#endif
       if
       :: atomic { is_dead && !leave_to_heir(whom) -> victim = whom }
       :: atomic { !is_dead && seen == INHERITED && !leave_to_heir(whom) -> victim = whom; last-- } /* earlier ones */
       :: atomic { (!is_dead && seen != INHERITED) || leave_to_heir(whom) -> last = 0 }
       fi;
       seen = none; is_dead = false;
       if
       :: victim != NOBODY ->
#ifdef CLEAN_FIRST
          mark_clean();
#endif
          requeue();
#ifndef CLEAN_FIRST
          mark_clean();
#endif
          atomic { victim = NOBODY; last = 0 }
       :: victim == NOBODY
       fi
    fi
}

/* raise_generation(), by SlotLife::next() */
inline raise_generation()
{
    generation[slot]++;
#ifdef NO_INHERITANCE
    life[slot] = (life[slot] == CLEAN -> CLEAN : USED);
#else
    life[slot] = (life[slot] == CLEAN -> CLEAN : INHERITED);
#endif
    seen = life[slot]
}

/* Participant::attach(): the entrance, the generation, the byte, and the generation once more. */
inline enter()
{
    if
#ifdef NO_ENTRANCE
    :: byte_of[slot] == 0
#else
    :: atomic { runs(me) && entrance_of[slot] == 0 && byte_of[slot] == 0 -> entrance_of[slot] = me + 1 }
#endif
    fi;
#ifdef BYTE_FIRST
    atomic { runs(me) -> byte_of[slot] = me + 1 }
#endif
    atomic { runs(me) -> raise_generation() }
#ifndef BYTE_FIRST
    atomic {
        runs(me) ->
        if
        :: byte_of[slot] == 0 -> byte_of[slot] = me + 1
        :: else -> goto refused /* another one has entered, or would have, without an entrance */
        fi
    }
#endif
    atomic {
        runs(me) ->
#ifndef RAISE_ONCE
        if :: seen != CLEAN -> raise_generation() :: else fi;
#endif
        name[me] = name_of(slot, generation[slot]); seen = none
    }
    atomic {
        runs(me) ->
        if :: life[slot] == CLEAN && generation_of(name[me]) == generation[slot] -> life[slot] = USED :: else fi;
        check_slot(slot)
    }
    reap(slot)
}

proctype Member(byte me, slot)
{
    byte cursor, length, left, here = NOBODY, victim = NOBODY, last, found, seen_generation, i;
    byte actions = ACTIONS;
    mtype:life seen, next;
    bool is_dead;
    {
        if
        :: me >= MORTALS && me < SURVIVOR -> enter()
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
        od;
refused:
        skip
    } unless {
        atomic { killed[me] -> /* its mapping */
                 if :: byte_of[slot] == me + 1 -> byte_of[slot] = 0 :: else fi;
                 if :: entrance_of[slot] == me + 1 -> entrance_of[slot] = 0 :: else fi }
    }
}

proctype Fate()
{
    byte kills = KILLS, stops = STOPS, who;
    do
    :: kills > 0 ->
       atomic { select(who : 0 .. SURVIVOR - 1);
                if :: !killed[who] -> killed[who] = true; kills-- :: else fi; who = 0 }
    :: stops > 0 ->
       atomic { select(who : 0 .. SURVIVOR - 1);
                if :: !killed[who] && !stopped[who] -> stopped[who] = true; stops-- :: else fi; who = 0 }
    :: atomic { stopped[0] -> stopped[0] = false }
#if SURVIVOR > 1
    :: atomic { stopped[1] -> stopped[1] = false }
#endif
#if SURVIVOR > 2
    :: atomic { stopped[2] -> stopped[2] = false }
#endif
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
        :: m < SLOTS -> life[m] = CLEAN; m++
        :: else -> break
        od;
        m = 0;
        do
        :: m < N ->
           s = (m < MORTALS -> m : (m == SURVIVOR -> SLOTS - 1 : 0));
           if
           :: m < MORTALS || m == SURVIVOR ->
              byte_of[s] = m + 1; entrance_of[s] = m + 1; generation[s] = 1; life[s] = USED; name[m] = name_of(s, 1)
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

/* Stopped, it keeps the lock and the items that it has itself, and nothing else. */
#define leases(w) (w != 0 && ((state[0] == TAKEN && owner[0] == w) || (state[1] == TAKEN && owner[1] == w) || third(w)))
#if ITEMS == 3
#define third(w) (state[2] == TAKEN && owner[2] == w)
#else
#define third(w) false
#endif
#define keeps(m) (stopped[m] && !killed[m] && name[m] != 0 && (lock_word == name[m] || leases(name[m])))
#if SURVIVOR == 1
#define somebody_keeps keeps(0)
#elif SURVIVOR == 2
#define somebody_keeps (keeps(0) || keeps(1))
#elif SURVIVOR == 3
#define somebody_keeps (keeps(0) || keeps(1) || keeps(2))
#endif

/* After any death or stop, the survivor sees every item finished that no stopped one keeps. */
ltl finished_once { [] <> (all_done || somebody_keeps) }
