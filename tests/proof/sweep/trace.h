// SPDX-License-Identifier: Apache-2.0
//
// The instructions that an operation has passed. A later run goes freely to a place that it passes for the first time
// there, and needs single steps from there on only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <unordered_set>
#include <vector>

namespace sweep {

class Trace {
public:
    struct Stop {
        long instruction; // after so many
        std::uintptr_t place;
    };

    void begin(std::uintptr_t place)
    {
        stops_.clear();
        seen_.clear();
        length_ = -1;
        ended_ = false;
        add(place);
    }

    // Behind here it sleeps on the way.
    void end() { ended_ = true; }

    void add(std::uintptr_t place)
    {
        length_++;
        if (!ended_ && seen_.insert(place).second)
            stops_.push_back({length_, place});
    }

    // The last one that is not behind the instruction; its instruction is 0 if there is none.
    Stop stop_before(long instruction) const
    {
        const auto after = std::upper_bound(stops_.begin(), stops_.end(), instruction,
                                            [](long wanted, const Stop &stop) { return wanted < stop.instruction; });
        return after == stops_.begin() ? Stop{0, 0} : *(after - 1);
    }

private:
    std::vector<Stop> stops_;
    std::unordered_set<std::uintptr_t> seen_;
    long length_ = -1;
    bool ended_ = false;
};

} // namespace sweep
