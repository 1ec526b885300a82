// SPDX-License-Identifier: Apache-2.0
//
// What one process of a run does with the queue, and writes down.
#pragma once

#include "board.hpp"

#include <string>

namespace history {

// A kind of queue and of traffic.
struct Plan {
    const char *name;
    bool joinable;
    std::uint64_t max_items; // 0: unlimited
    bool killed;             // workers are, at random
    bool large;              // a few items are copied outside the getters' lock
    bool batches;            // most calls put or take several
};

struct Worker {
    const Board *board;
    const Plan *plan;
    std::string queue;
    unsigned index;
    std::uint32_t life;
    std::uint64_t seed;
};

inline constexpr unsigned producers = 3, consumers = 3, observers = 1;
inline constexpr unsigned workers = producers + consumers + observers;
static_assert(workers < workers_max);

// The life of one worker: its exit code.
int work(const Worker &worker);

// Takes what is left, in the parent, and waits until everything is finished. False if that takes too long.
bool drain(const Worker &worker);

} // namespace history
