// SPDX-License-Identifier: Apache-2.0
//
// The words that all processes of a queue share, besides the records and the segment table. Each group is written by a
// different crowd and starts a line of its own. FORMAT.md draws the same picture with offsets.
#pragma once

#include "layout/header.hpp"
#include "layout/slot_life.hpp"
#include "layout/word.hpp"

#include <semaphore.h>

namespace ipcq {

// A cursor has two copies; the parity of the epoch chooses the valid one. Its writer fills the idle copy and then raises
// the epoch, so a kill leaves either the old value or the new one, entire.

// Where the next record goes. Written by the holder of `lock`; read by anyone.
struct alignas(line_size) Tail {
    Word lock;
    Word epoch;
    struct {
        Word position; // offset / 8 in 40 bits | the segment behind the current run in 24 bits
        Word sequence; // records put so far
    } copy[2];
    Word limit; // full test: puts below this sequence have room; 0 asks for a new look at the head
};

// Where the next item is taken. Written by the holder of `lock`; read by anyone.
struct alignas(line_size) Head {
    Word lock;
    Word epoch;
    struct {
        Word offset;
        Word sequence;
        Word zone; // length 32 | skipped 32: of the next `length` records `skipped` are not ready
    } copy[2];
};

// The oldest record that is not finished. Written by the holder of `lock`; read by anyone.
struct alignas(line_size) Frontier {
    Word lock;
    Word epoch;
    struct {
        Word offset;
        Word sequence;
    } copy[2];
    Word lease_chain; // highest chain in which an item was ever leased; written by the holder of the head's lock
    Word free_below;  // segments with a smaller chain are free; only grows
};

// How many sleep where: hints that decide whether a wake-up call is worth it, never counts that anything relies on.
struct alignas(line_size) Waiters {
    HalfWord getters;
    HalfWord putters;
    HalfWord joiners;
    HalfWord lock[3];      // tail, head, frontier
    HalfWord shutdown;     // 0, 1 drain, 2 immediate; only grows, written by the holder of the tail's lock
    HalfWord last_reap_ms; // CLOCK_MONOTONIC when all slots were last asked; written by the reaper that asked
};

// Where to look for memory first: hints, repaired by each process that finds them wrong.
struct alignas(line_size) Supply {
    HalfWord recent;     // a segment that was left just now: its lines are still in a cache
    HalfWord rotor;      // where the last search ended
    HalfWord high_water; // segments from here on were never used; only grows. Their table words may have no memory
    HalfWord backed;     // about how many segments have memory
    HalfWord peak; // the most segments in use since interval_ms; written by claimers, and by who moves interval_ms
    HalfWord peak_before; // the same of the interval before; written by who moves interval_ms
    HalfWord interval_ms; // CLOCK_MONOTONIC when the present interval began; written by who gives memory back
};

// A sleeping semaphore for one crowd. The box is larger than any known sem_t, so that offsets do not depend on it.
struct alignas(64) WaitSemaphore {
    sem_t native;
    unsigned char reserved[64 - sizeof(sem_t)];
};
static_assert(sizeof(WaitSemaphore) == 64, "a WaitSemaphore is one 64-byte line");

struct alignas(line_size) WaitSemaphores {
    WaitSemaphore getters;
    WaitSemaphore putters;
    WaitSemaphore joiners;
    WaitSemaphore lock[3];
};

// One participant. The byte lock of the slot says whether it is alive; these words say what is left to clean.
struct alignas(line_size) Slot {
    Word life; // SlotLife: written by the slot's participant, and by any reaper that has cleaned up after it
    std::atomic<std::int32_t> pid; // diagnostic
    HalfWord reserved;
    Word puts;     // written by the participant under the tail's lock
    Word gets;     // ... under the head's lock
    Word leases;   // ... under the head's lock
    Word dones;    // ... by any of its threads
    Word nacks;    // ... under the head's lock
    Word returned; // leases that ended otherwise than by dones; under the head's lock, by the participant or its reaper
    Word recovered;                // items that this participant took back from dead ones, under the head's lock
    std::atomic<char> command[16]; // diagnostic
    // How many threads of the participant wait in each kind of call: a statistic. Written by those threads, around the
    // sleep, and zeroed by an entrant before it is alive.
    struct {
        HalfWord getters;
        HalfWord putters;
        HalfWord joiners;
    } waiting;
};

inline SlotLife life_of(const Slot &slot, std::memory_order order = acquire) { return {slot.life.load(order)}; }

struct Control {
    Header header;
    Tail tail;
    Head head;
    Frontier frontier;
    Waiters waiters;
    Supply supply;
    WaitSemaphores semaphores;
    Slot slot[1]; // geometry.slot_count of them
};

static_assert(offsetof(Control, tail) == 256, "FORMAT.md: tail");
static_assert(offsetof(Control, head) == 384, "FORMAT.md: head");
static_assert(offsetof(Control, frontier) == 512, "FORMAT.md: frontier");
static_assert(offsetof(Control, waiters) == 640, "FORMAT.md: waiters");
static_assert(offsetof(Control, supply) == 768, "FORMAT.md: supply");
static_assert(offsetof(Control, semaphores) == 896, "FORMAT.md: semaphores");
static_assert(offsetof(Control, slot) == 1280, "FORMAT.md: slots");
static_assert(sizeof(Slot) == line_size, "FORMAT.md: a slot is one line");

} // namespace ipcq
