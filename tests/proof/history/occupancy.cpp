// SPDX-License-Identifier: Apache-2.0
#include "occupancy.hpp"

#include <algorithm>

namespace history {

void Occupancy::reserve(std::uint64_t intervals)
{
    from_.reserve(intervals);
    until_.reserve(intervals);
}

void Occupancy::add(std::int64_t from, std::int64_t until)
{
    from_.push_back(from);
    until_.push_back(until);
}

void Occupancy::sort()
{
    std::sort(from_.begin(), from_.end());
    std::sort(until_.begin(), until_.end());
}

// The count falls only where an interval ends, so these instants and the first one are all that matter. At its ends an
// interval does not count: the call that began it or ended it may have happened on the other side.
Occupancy::Low Occupancy::fewest(std::int64_t from, std::int64_t until, std::int64_t wanted, bool need_last) const
{
    auto begun = std::lower_bound(from_.begin(), from_.end(), from);
    auto ended = std::upper_bound(until_.begin(), until_.end(), from);
    const auto count = [&] { return (begun - from_.begin()) - (ended - until_.begin()); };
    Low low{count(), from, from};
    bool found = low.fewest <= wanted;
    if (found && need_last) // it holds until the next interval begins
        low.last = std::max(from, std::min(until, begun == from_.end() ? until : *begun));
    while (!(found && !need_last) && ended != until_.end() && *ended <= until) {
        const std::int64_t now = *ended;
        while (begun != from_.end() && *begun < now)
            ++begun;
        while (ended != until_.end() && *ended <= now)
            ++ended;
        const std::int64_t here = count();
        low.fewest = std::min(low.fewest, here);
        if (here > wanted)
            continue;
        if (!found)
            low.first = now;
        found = true;
        low.last = std::max(now, std::min(until, begun == from_.end() ? until : *begun));
    }
    return low;
}

std::int64_t Occupancy::peak() const
{
    std::int64_t count = 0, peak = 0;
    auto ended = until_.begin();
    for (const std::int64_t begins : from_) {
        for (; ended != until_.end() && *ended <= begins; ++ended)
            count--;
        peak = std::max(peak, ++count);
    }
    return peak;
}

std::int64_t Occupancy::most(std::int64_t from, std::int64_t until, std::int64_t wanted) const
{
    auto begun = std::upper_bound(from_.begin(), from_.end(), from);
    auto ended = std::lower_bound(until_.begin(), until_.end(), from);
    const auto count = [&] { return (begun - from_.begin()) - (ended - until_.begin()); };
    std::int64_t most = count();
    while (most < wanted && begun != from_.end() && *begun <= until) {
        const std::int64_t now = *begun;
        while (begun != from_.end() && *begun <= now)
            ++begun;
        while (ended != until_.end() && *ended < now)
            ++ended;
        most = std::max(most, count());
    }
    return most;
}

} // namespace history
