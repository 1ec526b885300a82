// SPDX-License-Identifier: Apache-2.0
//
// What the processes of one case tell each other and the tracer: memory that they share, so that it outlives each of
// them.
#pragma once

#include "item.h"

#include <atomic>
#include <cstdint>

namespace sweep {

enum Role : std::uint32_t { survivor, bystander, victim, dead_peer, newcomer, late_reaper, roles };

inline constexpr int not_returned = 1; // no code of ipcq.h is positive

struct Delivery {
    Id id;
    std::uint32_t deliveries; // as the item said
    Role by;
};

// The item that must come next, as the bytes of the queue said when the victim had died.
struct Expected {
    Id id;
    std::uint32_t deliveries;
    bool redelivered; // it was in the hands of a dead one
};

struct Notes {
    static constexpr std::uint32_t deliveries_max = 512, expected_max = 128, complaints_max = 12;

    std::atomic<std::uint32_t> delivery_count, put_count, complaint_count;
    Delivery delivery[deliveries_max]; // finished, in the order of getting
    Id put[deliveries_max];            // accepted by the queue after it was aged and filled
    char complaint[complaints_max][240];

    std::uint32_t expected_count;
    Expected expected[expected_max];

    std::atomic<int> result[roles];         // of the operation of victim and bystander
    std::atomic<std::uint32_t> accepted;    // items of the victim's batch, once its call has returned
    std::atomic<std::uint32_t> done[roles]; // the bystander's call is over
    std::atomic<unsigned> slices[roles];    // most slices that timed out in one call
    std::atomic<int> beside;                // the process that the survivor is not alone with: the bystander's, or 0
    std::atomic<std::uint32_t> slot[roles];
    std::atomic<bool> attached[roles];
    std::atomic<std::uint32_t> dead_generation; // of the dead peer, in its slot
    std::atomic<int> shutdown;                  // seen by the tracer before the survivors begin

    void clear();
    // Is it the slot of a participant that goes on?
    bool lives(std::uint32_t slot) const;
    // Is it the dead peer, or an earlier one of its slot?
    bool is_dead_peer(std::uint32_t slot, std::uint32_t generation) const;
    void deliver(Id id, std::uint32_t deliveries, Role by);
    void note_put(Id id);
    // "promise: what happened"
    void complain(const char *format, ...) __attribute__((format(printf, 2, 3)));
};

} // namespace sweep
