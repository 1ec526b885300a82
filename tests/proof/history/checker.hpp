// SPDX-License-Identifier: Apache-2.0
//
// Was there one order of all the calls, each at an instant between its invocation and its response, that a FIFO queue
// allows? O(n log n). README.md says which rules are checked, and which of them are exact.
#pragma once

#include "findings.hpp"
#include "history.hpp"

namespace history {

Findings check(const History &history);

} // namespace history
