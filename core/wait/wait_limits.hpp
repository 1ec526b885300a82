// SPDX-License-Identifier: Apache-2.0
//
// How long a call may wait and what may end it early. Private to one call of one thread, but for the two flags it looks
// at, which other threads (or a signal handler) set.
#pragma once

#include "error.hpp"
#include "wait/deadline.hpp"

#include <atomic>

namespace ipcq {

struct WaitLimits {
    Nanoseconds deadline = forever;
    const std::atomic<std::uint32_t> *token = nullptr;   // the caller's; set by cancel
    const std::atomic<std::uint32_t> *closing = nullptr; // the handle's; set by close
    bool interruptible = false;
    bool brief = false; // a lock is not slept for: BUSY, unless its owner unlocks it at once or is dead

    static WaitLimits until(Nanoseconds deadline) { return {deadline, nullptr, nullptr, false, false}; }
    static WaitLimits at_once() { return {nowait, nullptr, nullptr, false, true}; }

    // A queue is looked at again after this long, whatever wake-up calls did or did not arrive. A token cannot wake a
    // sleeper by itself, so its holder looks more often.
    Nanoseconds slice() const { return token != nullptr ? 10'000'000 : 50'000'000; }

    // OK while the call may go on.
    Code stop_reason() const noexcept
    {
        if (closing != nullptr && closing->load(std::memory_order_relaxed) != 0)
            return Code::BADHANDLE;
        if (token != nullptr && token->load(std::memory_order_relaxed) != 0)
            return Code::CANCELLED;
        return Code::OK;
    }
    bool expired() const noexcept { return deadline != forever && now_ns() >= deadline; }
};

} // namespace ipcq
