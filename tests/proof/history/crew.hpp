// SPDX-License-Identifier: Apache-2.0
//
// The worker processes of one run, killed and replaced.
#pragma once

#include "findings.hpp"
#include "worker.hpp"

#include <sys/types.h>

namespace history {

class Crew {
public:
    Crew(const Board &board, const Plan &plan, std::string queue, std::uint64_t seed, Findings &findings);
    ~Crew(); // kills what is left
    Crew(const Crew &) = delete;
    Crew &operator=(const Crew &) = delete;

    void start(unsigned index);
    void kill_and_replace(unsigned index);
    void wait(unsigned first, unsigned count); // until they have ended by themselves
    Worker parent();                           // a worker that the caller plays itself

    std::uint64_t kills() const { return kills_; }
    std::uint64_t dice();
    std::vector<Life> lives() const { return lives_; }

    static void kill_all(); // async-signal-safe

private:
    Worker next(unsigned index);

    const Board &board_;
    const Plan &plan_;
    std::string queue_;
    std::uint64_t seed_;
    Findings &findings_;
    std::vector<Life> lives_;
    std::uint32_t life_[workers_max] = {}; // of each worker
    std::uint64_t kills_ = 0;
};

} // namespace history
