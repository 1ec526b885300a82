// SPDX-License-Identifier: Apache-2.0
//
// A real history, spoiled in ways that are certainly illegal.
#pragma once

#include "findings.hpp"
#include "history.hpp"

namespace history {

// Spoils a copy of `history`, which is in order, in every way that it allows, and adds a finding for each that check()
// does not see. Returns how many there were.
std::uint64_t find_mutations(const History &history, std::uint64_t seed, Findings &findings);

} // namespace history
