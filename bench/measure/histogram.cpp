// SPDX-License-Identifier: Apache-2.0
#include "measure/histogram.hpp"
#include "measure/clock.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <vector>

namespace bench {

Samples::Samples(std::size_t most)
    : most_(most), memory_(sizeof(List) + most * sizeof(std::uint32_t)), list_(memory_.as<List>())
{}

void Samples::add(std::int64_t ns)
{
    constexpr std::int64_t longest = std::numeric_limits<std::uint32_t>::max();
    if (room())
        list_->ns[list_->count++] = static_cast<std::uint32_t>(std::clamp<std::int64_t>(ns, 0, longest));
}

nlohmann::json Samples::finding() const
{
    std::map<std::uint32_t, std::uint64_t> counts;
    for (std::size_t i = 0; i < list_->count; i++)
        counts[list_->ns[i]]++;
    std::vector<std::uint32_t> sorted(list_->ns, list_->ns + list_->count);
    std::sort(sorted.begin(), sorted.end());
    if (sorted.empty())
        return {{"failed", "no round trip was finished"}};
    nlohmann::json histogram = nlohmann::json::array();
    for (const auto &[ns, count] : counts)
        histogram.push_back({ns, count});
    return {{"value", sorted[sorted.size() / 2]}, {"unit", "ns"}, {"histogram", histogram}};
}

std::int64_t clock_cost_ns()
{
    std::vector<std::int64_t> costs;
    for (int i = 0; i < 1001; i++) {
        const std::int64_t begin_ns = now_ns();
        costs.push_back(now_ns() - begin_ns);
    }
    std::nth_element(costs.begin(), costs.begin() + 500, costs.end());
    return costs[500];
}

} // namespace bench
