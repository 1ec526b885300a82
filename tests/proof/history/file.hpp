// SPDX-License-Identifier: Apache-2.0
//
// A history in a file, to be looked at again.
#pragma once

#include "history.hpp"

namespace history {

bool store(const History &history, const char *path);

// What was stored; the operations live as long as this.
struct Stored {
    History history;
    std::vector<std::vector<Operation>> logs;
};
bool load(Stored &stored, const char *path);

} // namespace history
