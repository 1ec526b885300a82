// SPDX-License-Identifier: Apache-2.0
//
// How near the first two processors are to each other. A host may move virtual processors: two threads of one core, two
// cores that share a cache, or two that do not. What a queue carries depends on it.
#pragma once

namespace bench {

// Nanoseconds that one cache line takes there and back, the median of some batches; 0 if there is one processor only.
double cache_line_ns();

} // namespace bench
