// SPDX-License-Identifier: Apache-2.0
//
// One clock for all processes.
#pragma once

#include <cstdint>
#include <ctime>

namespace bench {

inline std::int64_t now_ns()
{
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

} // namespace bench
