// SPDX-License-Identifier: Apache-2.0
//
// Durations that a process leaves in shared memory, and their distribution for the report: each value with its count, nothing
// thrown away. The report feeds them to HdrHistogram over all rounds.
#pragma once

#include "peers/shared_memory.hpp"

#include <nlohmann/json.hpp>

#include <atomic>
#include <cstdint>

namespace bench {

class Samples {
public:
    explicit Samples(std::size_t most);
    bool room() const { return list_->count < most_; }
    void add(std::int64_t ns);
    // {"value": the median, "unit": "ns", "histogram": [[ns, count], ...]}
    nlohmann::json finding() const;

private:
    struct List {
        std::size_t count;
        std::uint32_t ns[1];
    };
    std::size_t most_;
    SharedMemory memory_;
    List *list_;
};

// What reading the clock adds to a duration.
std::int64_t clock_cost_ns();

} // namespace bench
