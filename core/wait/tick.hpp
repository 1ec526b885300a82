// SPDX-License-Identifier: Apache-2.0
//
// The processor's own clock, for pauses that are shorter than asking the system for the time. Ticks are not converted:
// only private pacing uses them, and no promise depends on how long one is (0.3 to 1 ns on today's machines).
#pragma once

#include <cstdint>

#if defined(__x86_64__)
#include <x86intrin.h>
#else
#include <time.h>
#endif

namespace ipcq {

inline std::uint64_t ticks() noexcept
{
#if defined(__x86_64__)
    return __rdtsc();
#else
    timespec t{};
    ::clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(t.tv_nsec);
#endif
}

inline void pause_processor() noexcept
{
#if defined(__x86_64__)
    _mm_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

} // namespace ipcq
