// SPDX-License-Identifier: Apache-2.0
//
// Where processes run: as the system likes, producers and consumers on two processors, or all on one.
#pragma once

#include "peers/peer.hpp"

#include <string>

namespace bench {

enum class Placement { free, apart, one_core };

// For the processors that this program may use; the first of them stands for "core 0".
void place(Placement placement, Role role);

const char *name(Placement placement);

} // namespace bench
