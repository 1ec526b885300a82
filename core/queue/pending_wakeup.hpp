// SPDX-License-Identifier: Apache-2.0
//
// A wake-up call that a call of this thread has received. One call wakes one sleeper, so it must not end with a sleeper
// that cannot use it. Such a sleeper is a getter that does not accept the item, or a putter that was cancelled. Unless
// it was used, the next sleeper of the same group is woken in its place.
#pragma once

#include "wait/sleep.hpp"

namespace ipcq {

class PendingWakeup {
public:
    PendingWakeup() = default;
    ~PendingWakeup()
    {
        if (sleepers_ != nullptr) [[unlikely]]
            wake_one(*sleepers_, *pill_);
    }
    PendingWakeup(const PendingWakeup &) = delete;
    PendingWakeup &operator=(const PendingWakeup &) = delete;

    void take(HalfWord &sleepers, WaitSemaphore &semaphore) noexcept
    {
        sleepers_ = &sleepers;
        pill_ = &semaphore;
    }
    void use() noexcept { sleepers_ = nullptr; }

private:
    HalfWord *sleepers_ = nullptr;
    WaitSemaphore *pill_ = nullptr;
};

} // namespace ipcq
