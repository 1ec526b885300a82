// SPDX-License-Identifier: Apache-2.0
//
// When to look again at a queue that had nothing: the private judgement of one handle and direction. No promise depends
// on it; it decides between a line that moves once an item and one that moves once a batch.
//
// - Gather: after a run of items, pause 0.4 to 1 us before the next look, so that the peer gets ahead and one line
//   transfer brings many items. Kept only while it brings at least four; a ping-pong or a loner never pays for it.
// - Spin: then look for about 1.5 us, now and then for 50 us, in case a longer look would have spared a sleep.
// - Yield: after a batch, a few times, since on a busy machine the peer needs this processor.
#pragma once

#include "wait/tick.hpp"

#include <atomic>
#include <sched.h>

namespace ipcq {

class AdaptiveSpin {
public:
    // More items went through: called for each, so it is one relaxed load and store; threads that share a handle may
    // lose a count, which only shades a judgement.
    void count(std::uint32_t items = 1) noexcept { items_.store(items_.load(relaxed_) + items, relaxed_); }

    // True if `ready` came true while pacing; false if it is time to sleep.
    template <class Ready> bool spin_until(Ready ready) noexcept
    {
        const std::uint32_t got = items_.exchange(0, relaxed_);
        std::uint64_t start = ticks();
        learn(got);
        if (got != 0 && may_gather()) {
            const std::uint32_t pause = pause_.load(relaxed_);
            while (ticks() - start < pause)
                pause_processor();
            start = ticks();
        }
        const std::uint32_t limit = spin_limit();
        std::uint64_t waited = 0;
        do {
            waited = ticks() - start;
            if (ready()) {
                found_after(waited, limit);
                return true;
            }
            pause_processor(); // one: with four, a round trip between two that look takes a fifth longer
        } while (waited < limit);
        give_up_spinning();
        if (got >= 16 || yield_paid_.load(relaxed_))
            for (int i = 0; i < yields; i++) {
                ::sched_yield();
                if (ready()) {
                    yield_paid_.store(true, relaxed_);
                    return true;
                }
            }
        yield_paid_.store(false, relaxed_);
        return false;
    }

private:
    static constexpr auto relaxed_ =
        std::memory_order_relaxed; // one handle's threads share these words, nothing hangs on them
    static constexpr std::uint32_t pause_min = 1000, pause_max = 2600; // ticks
    static constexpr std::uint32_t spin_min = 4000, spin_max = 10000;  // ticks
    static constexpr std::uint32_t spin_long = 130000;                 // ticks
    static constexpr std::uint32_t probe_max = 64;
    static constexpr int yields = 4;

    void learn(std::uint32_t got) noexcept;
    bool may_gather() noexcept;
    std::uint32_t spin_limit() noexcept;
    void found_after(std::uint64_t waited, std::uint32_t limit) noexcept;
    void give_up_spinning() noexcept;

    std::atomic<std::uint32_t> items_{0};
    std::atomic<bool> gathered_{false}, yield_paid_{false};
    std::atomic<std::uint32_t> skip_{0}, failures_{0}, misses_{0}, probe_{2}, pause_{pause_min}, spin_{spin_min};
};

} // namespace ipcq
