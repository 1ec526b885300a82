// SPDX-License-Identifier: Apache-2.0
#include "wait/adaptive_spin.hpp"

#include <algorithm>

namespace ipcq {

// Did the last pause pay? Few items: stay away from pausing for twice as long as last time. Many: pause a little less.
void AdaptiveSpin::learn(std::uint32_t got) noexcept
{
    if (!gathered_.exchange(false, relaxed_))
        return;
    const std::uint32_t pause = pause_.load(relaxed_);
    if (got >= 4) {
        failures_.store(0, relaxed_);
        if (got < 32)
            pause_.store(std::min(pause * 2, pause_max), relaxed_);
        else if (got > 256)
            pause_.store(pause * 3 / 4 + 1, relaxed_);
        return;
    }
    const std::uint32_t failures = std::min(failures_.load(relaxed_) + 1, 10u);
    failures_.store(failures, relaxed_);
    skip_.store(1u << failures, relaxed_);
    pause_.store(pause_min, relaxed_);
}

bool AdaptiveSpin::may_gather() noexcept
{
    const std::uint32_t skip = skip_.load(relaxed_);
    if (skip != 0) {
        skip_.store(skip - 1, relaxed_);
        return false;
    }
    gathered_.store(true, relaxed_);
    return true;
}

std::uint32_t AdaptiveSpin::spin_limit() noexcept
{
    const std::uint32_t misses = misses_.load(relaxed_) + 1, probe = probe_.load(relaxed_);
    if (misses < probe) {
        misses_.store(misses, relaxed_);
        return spin_.load(relaxed_);
    }
    misses_.store(0, relaxed_);
    if (probe < probe_max)
        probe_.store(probe * 2, relaxed_);
    return spin_long;
}

void AdaptiveSpin::found_after(std::uint64_t waited, std::uint32_t limit) noexcept
{
    misses_.store(0, relaxed_);
    if (limit == spin_long)
        probe_.store(2, relaxed_);
    const std::uint64_t wanted = 4 * waited;
    std::uint64_t spin = spin_.load(relaxed_);
    spin = spin - spin / 8 + wanted / 8;
    if (wanted > spin && wanted < spin_long)
        spin = wanted;
    spin_.store(static_cast<std::uint32_t>(std::clamp<std::uint64_t>(spin, spin_min, spin_max)), relaxed_);
}

void AdaptiveSpin::give_up_spinning() noexcept
{
    const std::uint32_t spin = spin_.load(relaxed_);
    if (spin > spin_min)
        spin_.store(spin - spin / 4, relaxed_);
}

} // namespace ipcq
