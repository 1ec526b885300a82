// SPDX-License-Identifier: Apache-2.0
//
// Points in time: nanoseconds of CLOCK_MONOTONIC, which no clock change moves.
#pragma once

#include <cstdint>
#include <ctime>

namespace ipcq {

using Nanoseconds = std::int64_t;

inline constexpr Nanoseconds nowait = 0;
inline constexpr Nanoseconds forever = INT64_MAX;

inline Nanoseconds now_ns() noexcept
{
    timespec t{};
    ::clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<Nanoseconds>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

inline timespec timespec_of(Nanoseconds t) noexcept
{
    return {static_cast<time_t>(t / 1'000'000'000), static_cast<long>(t % 1'000'000'000)};
}

// The point `seconds` from now. NaN and what is not positive mean nowait, more than a century means forever.
Nanoseconds deadline_in(double seconds) noexcept;

} // namespace ipcq
