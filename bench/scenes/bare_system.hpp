// SPDX-License-Identifier: Apache-2.0
//
// What the system takes by itself for things that a queue must ask of it, measured in the same round.
#pragma once

#include "measure/placement.hpp"

#include <cstdint>
#include <string>

namespace bench {

// Nanoseconds for each page of a new file in shared memory, allocated and mapped in steps.
double new_page_ns(std::uint64_t bytes);

// Nanoseconds to open this file, map the whole of it, and undo both.
double open_and_map_ns(const std::string &path);

// Processes that do nothing but sleep in slices, all woken at the same instants: percent of one processor.
double sleepers_percent(int processes, double slice_seconds, double seconds, Placement placement);

} // namespace bench
