// SPDX-License-Identifier: Apache-2.0
//
// What the command line asks for.
#pragma once

#include <string>

namespace sweep {

struct Options {
    bool kill = true, freeze = true, kill_reaper = true, freeze_reaper = true;
    bool full = false, list = false, summary = false, stop_at_first = false;
    bool both = false;     // variants at every point, telling or not
    std::string operation; // part of a name; empty: all
    std::string image;     // empty: those of the form
    char variant = 0;      // 'a' or 'b'; 0: both
    long point = -1;       // after so many instructions only
    bool asleep = false;   // and the next one being a sleep
    long stride = 0;       // 0: as the form says
    int workers = 0;       // 0: as the form says
};

// False, after a line on stderr, if it cannot be understood.
bool read_options(int count, char **words, Options &out);

} // namespace sweep
