/*
 * The lock whose word is the name of its owner, and which is taken over from the dead: core/wait/owner_lock.hpp and
 * owner_lock.cpp, with Participant::liveness() and attach() of core/wait/participant.cpp.
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * CONTENDERS lock and unlock ROUNDS times each. HEIRS attach to the slot of contender 0 after its death, under the next
 * generation, and do the same. "The byte is free" becomes true with the last store of its holder and not before.
 *
 * Lines of the protocol that a switch takes out: NO_SLICES, NO_DEAD_TEST, BLIND_THEFT, NO_GENERATION, BYTE_FIRST,
 * EARLY_BYTE, NO_WAKE, HUSHED_THEFT.
 */
#ifndef CONTENDERS
#define CONTENDERS 2
#endif
#ifndef HEIRS
#define HEIRS 0
#endif
#ifndef ROUNDS
#define ROUNDS 1
#endif
#define N (CONTENDERS + HEIRS)
#include "pill.pml"

/* Slots; contender i has slot i, heirs have slot 0. */
byte byte_of[CONTENDERS]; /* its holder's number + 1; 0: nobody */
byte entrance_of; /* of slot 0, in the same way */
byte generation[CONTENDERS];

/* layout/owner.hpp: 0 is nobody. */
#define name_of(slot, generation) ((generation) * 8 + (slot) + 1)
#define slot_of(name) ((name) % 8 - 1)
#define generation_of(name) ((name) / 8)

byte word;  /* the lock */
bool half_done; /* what the lock protects is between two states */

/* Ghosts */
bool inside[N]; /* may store under the lock */
bool wants[N];
byte name[N];

inline work(me)
{
    atomic { runs(me) -> assert(count_of(inside) == 0); inside[me] = true;
             if :: grip_stolen -> half_done = false :: else fi; /* the thief is told and repairs */
             grip_stolen = false;
             assert(!half_done) }
    atomic { runs(me) -> half_done = true }
    atomic { runs(me) -> half_done = false; inside[me] = false }
}

/* OwnerLock::lock() and lock_slowly() */
inline lock(me)
{
    do
    :: step(word == 0) -> word = name[me]; grip_stolen = false; break } /* try_lock() */
    :: step(word != 0) -> owner = word }
       /* Participant::liveness(): the generation, then the byte */
       if
#ifndef NO_GENERATION
       :: step(generation[slot_of(owner)] != generation_of(owner)) -> dead = true }
       :: step(generation[slot_of(owner)] == generation_of(owner)) -> skip }
#else
       :: step(true) -> skip }
#endif
          if
#ifndef NO_DEAD_TEST
          :: step(byte_of[slot_of(owner)] != 0) -> dead = false }
          :: step(byte_of[slot_of(owner)] == 0) -> dead = true }
#else
          :: step(true) -> dead = true }
#endif
          fi
       fi;
       if
#ifndef BLIND_THEFT
       :: step(dead && word == owner) -> word = name[me]; goto stolen } /* compare-and-swap from the dead one's name */
       :: step(dead && word != owner) -> owner = 0; dead = false }
#else
       :: step(dead) -> word = name[me]; goto stolen }
#endif
       :: step(!dead) -> owner = 0 }
          sleep_on(me, word == 0)
       fi
    od;
    goto locked;
stolen:
    atomic { runs(me) -> owner = 0; dead = false;
#ifndef HUSHED_THEFT
             grip_stolen = true
#endif
    }
locked:
    skip
}

/* OwnerLock::unlock() */
inline unlock(me)
{
    atomic { runs(me) -> word = 0 }
#ifndef NO_WAKE
    wake_one(me)
#endif
}

proctype Contender(byte me, slot)
{
    byte owner, round;
    bool counted, dead, grip_stolen, attached;
    {
        if
        :: me < CONTENDERS -> attached = true
        :: else -> /* Participant::attach() of an heir: the entrance, the generation, the byte, the generation again */
           step(entrance_of == 0 && byte_of[slot] == 0) -> entrance_of = me + 1 }
#ifdef BYTE_FIRST
           atomic { runs(me) -> byte_of[slot] = me + 1; attached = true }
           atomic { runs(me) -> generation[slot]++ }
#else
           atomic { runs(me) -> generation[slot]++ }
           atomic { runs(me) -> byte_of[slot] = me + 1; attached = true }
#endif
           atomic { runs(me) -> generation[slot]++; name[me] = name_of(slot, generation[slot]) }
        fi;
        do
        :: round < ROUNDS ->
           atomic { runs(me) -> wants[me] = true; round++ }
           lock(me);
           atomic { runs(me) -> wants[me] = false }
           work(me);
           unlock(me)
        :: else -> break
        od
    } unless {
        atomic {
            killed[me] ->
            dies(me);
            inside[me] = false; wants[me] = false;
            if :: attached -> byte_of[slot] = 0 :: else fi;
            if :: entrance_of == me + 1 -> entrance_of = 0 :: else fi
        }
    }
}

#ifdef EARLY_BYTE
/* Somebody closes a descriptor that should not have kept the byte. */
proctype Closer()
{
    byte_of[0] = 0
}
#endif

init {
    byte i;
    atomic {
        do
        :: i < CONTENDERS ->
           byte_of[i] = i + 1;
           if :: i == 0 -> entrance_of = 1 :: else fi;
           generation[i] = 1; name[i] = name_of(i, 1);
           run Contender(i, i); i++
        :: i >= CONTENDERS && i < N -> run Contender(i, 0); i++
        :: else -> break
        od;
        i = 0;
#ifdef EARLY_BYTE
        run Closer();
#endif
        run Fate()
    }
}

/* Stopped, it keeps the lock that it has, and the others wait. An heir hides no dead owner. */
#define keeps(i) (word != 0 && word == name[i] && stopped[i] && !killed[i])
#define waits_in_vain(i) (wants[i] && !killed[i] && !stopped[i])
#if N == 2
#define somebody_keeps (keeps(0) || keeps(1))
#define somebody_waits (waits_in_vain(0) || waits_in_vain(1))
#elif N == 3
#define somebody_keeps (keeps(0) || keeps(1) || keeps(2))
#define somebody_waits (waits_in_vain(0) || waits_in_vain(1) || waits_in_vain(2))
#elif N == 4
#define somebody_keeps (keeps(0) || keeps(1) || keeps(2) || keeps(3))
#define somebody_waits (waits_in_vain(0) || waits_in_vain(1) || waits_in_vain(2) || waits_in_vain(3))
#endif

/* A process that waits for a lock that no stopped process keeps gets it. */
ltl served { [] <> (!somebody_waits || somebody_keeps) }
