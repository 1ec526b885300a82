// SPDX-License-Identifier: Apache-2.0
#include "measure/summary.hpp"

#include <algorithm>
#include <cstdio>

namespace bench {

namespace {

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

} // namespace

void Summary::add(const std::string &cell, const std::string &peer, int round, const Finding &finding)
{
    auto place = std::find_if(cells_.begin(), cells_.end(), [&](const auto &known) { return known.first == cell; });
    if (place == cells_.end())
        place = cells_.insert(place, {cell, {}});
    auto &rows = place->second;
    auto row = std::find_if(rows.begin(), rows.end(), [&](const Row &known) { return known.peer == peer; });
    if (row == rows.end())
        row = rows.insert(row, {peer, finding.value("unit", ""), {}, {}});
    if (finding.contains("failed"))
        row->failed = finding["failed"];
    else if (finding.contains("value"))
        row->values[round] = finding["value"];
}

void Summary::print() const
{
    for (const auto &[cell, rows] : cells_) {
        std::printf("%s\n  %-28s %10s %21s %8s %17s\n", cell.c_str(), "", "median", "lowest to highest", "ratio",
                    "lowest to highest");
        const auto base = std::find_if(rows.begin(), rows.end(), [](const Row &row) { return !row.values.empty(); });
        for (const Row &row : rows) {
            std::vector<double> values, ratios;
            for (const auto &[round, value] : row.values) {
                values.push_back(value);
                const auto first = base->values.find(round);
                if (first != base->values.end())
                    ratios.push_back(value / first->second);
            }
            if (values.empty() || ratios.empty()) {
                std::printf("  %-28s %s\n", row.peer.c_str(), row.failed.c_str());
                continue;
            }
            const auto [low, high] = std::minmax_element(values.begin(), values.end());
            const auto [least, most] = std::minmax_element(ratios.begin(), ratios.end());
            std::printf("  %-28s %10.4g %9.4g to %8.4g %8.2f %6.2f to %6.2f %s%s\n", row.peer.c_str(), median(values),
                        *low, *high, median(ratios), *least, *most, row.unit.c_str(),
                        row.failed.empty() ? "" : " (failed at times)");
        }
    }
}

} // namespace bench
