// SPDX-License-Identifier: Apache-2.0
//
// One history: a queue, the workers, the kills, and what the checker says of it.
#pragma once

#include "findings.hpp"
#include "worker.hpp"

namespace history {

struct Outcome {
    Findings findings;
    std::uint64_t operations = 0;
    std::uint64_t kills = 0;
    std::uint64_t mutations = 0;
    double recorded_s = 0, checked_s = 0;
};

// Plays `plan` until about so many operations are recorded, and checks them. `keep`: where to store the history if it
// breaks a rule, or nullptr. `mutate`: whether the checker is tried on spoiled copies, too.
Outcome run(const Plan &plan, std::uint64_t operations, std::uint64_t seed, const char *keep, bool mutate);

// Kills the workers and removes the queue of the run that is under way. Async-signal-safe.
void abandon_run();

} // namespace history
