// SPDX-License-Identifier: Apache-2.0
#include "losses.hpp"

#include <algorithm>

namespace history {

namespace {

constexpr std::size_t nobody = SIZE_MAX;

} // namespace

void Losses::missing(std::uint64_t value, std::int64_t from, std::int64_t until, bool came_again)
{
    missing_.push_back({value, from, until, came_again});
}

std::int64_t Losses::earliest(std::int64_t from, std::int64_t until, bool came_again) const
{
    std::int64_t earliest = never;
    for (const Getter &getter : getters_)
        if (meets(getter, {0, from, until, came_again}))
            earliest = std::min(earliest, std::max(getter.invoked, from));
    return earliest;
}

std::int64_t Losses::latest(std::int64_t from, std::int64_t until, bool came_again) const
{
    std::int64_t latest = INT64_MIN;
    for (const Getter &getter : getters_)
        if (meets(getter, {0, from, until, came_again}))
            latest = std::max(latest, std::min(getter.gone, until));
    return latest == INT64_MIN ? never : latest;
}

// One step of Kuhn's matching: finds a getter for `missing`, moving others away if need be.
bool Losses::place(std::size_t missing, std::vector<char> &visited, std::vector<std::size_t> &owner) const
{
    for (std::size_t i = 0; i < getters_.size(); i++) {
        if (!meets(getters_[i], missing_[missing]) || visited[i] != 0)
            continue;
        visited[i] = 1;
        if (owner[i] == nobody || place(owner[i], visited, owner)) {
            owner[i] = missing;
            return true;
        }
    }
    return false;
}

void Losses::settle(Findings &findings)
{
    std::vector<std::size_t> owner(getters_.size(), nobody);
    for (std::size_t i = 0; i < missing_.size(); i++) {
        std::vector<char> visited(getters_.size(), 0);
        if (!place(i, visited, owner))
            findings.add(
                "lost",
                "item %llu: put, and no getter left that was killed and can have taken it (%zu missing, %zu killed)",
                static_cast<unsigned long long>(missing_[i].value), missing_.size(), getters_.size());
    }
}

} // namespace history
