// SPDX-License-Identifier: Apache-2.0
//
// A lock between the threads of one handle, for the few instructions of a book's entry. No wait happens under it, and a
// forked child resets it, since its holder may be a thread that the child does not have.
#pragma once

#include "wait/tick.hpp"

#include <atomic>
#include <sched.h>

namespace ipcq {

class ShortLock {
public:
    explicit ShortLock(std::atomic<bool> &busy) noexcept : busy_(busy)
    {
        for (int spins = 0; busy_.exchange(true, std::memory_order_acquire); spins++)
            spins % 64 == 63 ? static_cast<void>(::sched_yield()) : pause_processor();
    }
    ~ShortLock() { busy_.store(false, std::memory_order_release); }
    ShortLock(const ShortLock &) = delete;
    ShortLock &operator=(const ShortLock &) = delete;

private:
    std::atomic<bool> &busy_;
};

} // namespace ipcq
