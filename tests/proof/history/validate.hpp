// SPDX-License-Identifier: Apache-2.0
//
// The checker's own test.
#pragma once

#include "findings.hpp"

namespace history {

// Compares check() with brute force on so many small histories, legal and illegal, and prints how they came out.
Findings validate(std::uint64_t histories, std::uint64_t seed);

} // namespace history
