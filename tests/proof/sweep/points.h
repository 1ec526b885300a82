// SPDX-License-Identifier: Apache-2.0
//
// At which instructions it is worth to die. A scouting run steps through the operation once and notes after which of
// them the bytes changed or a system call was made; the full form takes all.
#pragma once

#include "sweeper.h"

#include <vector>

namespace sweep {

struct Point {
    long instruction; // after so many
    bool asleep;      // in the middle of the next one, a system call that sleeps
    bool telling;     // the bytes changed here, or just before
};

// Ascending; and where each instruction lies in the code. Empty if the scouting run failed; the notes say how.
std::vector<Point> find_points(Sweeper &sweeper, Stage &stage, long &out_stride);

} // namespace sweep
