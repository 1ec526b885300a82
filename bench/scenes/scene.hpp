// SPDX-License-Identifier: Apache-2.0
//
// A scene is one kind of measurement. It makes it once and reports it; rounds, and the order of peers, are main's.
#pragma once

#include "measure/placement.hpp"
#include "peers/registry.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <map>
#include <string>

namespace bench {

struct Cell {
    std::string peer;
    Setup setup;
    Placement placement = Placement::free;
    double seconds = 0.15; // about how long one measurement may take
};

// What was measured, for a JSON line: "value" and "unit", or "failed" with a reason, and whatever else belongs to it.
using Finding = nlohmann::json;

using Scene = std::function<Finding(const Cell &)>;

Finding throughput(const Cell &cell);
Finding alternate(const Cell &cell);
Finding round_trip(const Cell &cell);
Finding sleeping(const Cell &cell);
Finding idle(const Cell &cell);
Finding open_close(const Cell &cell); // ours alone, whatever peer is named
Finding backlog(const Cell &cell);    // ours alone

// What throughput tries out once for each cell; before a measurement, so that the conditions are those of the
// measurement alone.
void calibrate_throughput(const Cell &cell);

inline const std::map<std::string, Scene> &scenes()
{
    static const std::map<std::string, Scene> all = {
        {"throughput", throughput}, {"alternate", alternate}, {"round-trip", round_trip},
        {"sleeping", sleeping},     {"idle", idle},           {"open-close", open_close},
        {"backlog", backlog}};
    return all;
}

} // namespace bench
