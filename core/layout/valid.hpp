// SPDX-License-Identifier: Apache-2.0
//
// The invariants of FORMAT.md section 8 as predicates, by the same numbers. Not in the shipped library.
#pragma once

#include "layout/reading.hpp"

namespace ipcq {

struct Violation {
    char text[200] = {}; // "I4: ...", or empty
    explicit operator bool() const { return text[0] != '\0'; }
};

// Those of one instant. `quiet`: also Q1 to Q3, which hold when nobody has a lock and none of the last holders was killed.
Violation valid(const Reading &reading, bool quiet) noexcept;

// Those of two instants (I1, I2, I8, I11, I12): may `after` follow `before`? No segment was recycled between them.
Violation valid_change(const Reading &before, const Reading &after) noexcept;

} // namespace ipcq
