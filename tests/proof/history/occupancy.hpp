// SPDX-License-Identifier: Apache-2.0
//
// How many intervals contain an instant: items that were certainly, or possibly, in the queue. 16 bytes an interval.
#pragma once

#include <cstdint>
#include <vector>

namespace history {

class Occupancy {
public:
    void reserve(std::uint64_t intervals);
    void add(std::int64_t from, std::int64_t until);
    void sort(); // once, before the questions below
    bool empty() const { return from_.empty(); }

    // Intervals without their ends: what was there beyond doubt.
    struct Low {
        std::int64_t fewest;      // in the window
        std::int64_t first, last; // instants of the window with at most `wanted`, if fewest <= wanted
    };
    Low fewest(std::int64_t from, std::int64_t until, std::int64_t wanted, bool need_last) const;

    std::int64_t peak() const; // the most at any time, of intervals without their ends

    // Intervals with their ends: what may have been there. Stops at the first instant with at least `wanted`.
    std::int64_t most(std::int64_t from, std::int64_t until, std::int64_t wanted) const;

private:
    std::vector<std::int64_t> from_, until_;
};

} // namespace history
