// SPDX-License-Identifier: Apache-2.0
//
// Has this process been forked since? One word on a page that the kernel wipes in every child, also of a raw clone(),
// for the price of a load. And the gate that keeps fork() away from moments whose locks a child must not inherit.
#pragma once

#include <cstdint>

namespace ipcq {

// Differs between a process and its forked child. Never 0 after the first call.
std::uint64_t fork_epoch_slowly() noexcept;
extern volatile std::uint64_t *fork_epoch_page; // never nullptr

// 0 after a fork, until somebody asks for the new one.
inline std::uint64_t fork_epoch_if_known() noexcept { return *fork_epoch_page; }

inline std::uint64_t fork_epoch() noexcept
{
    const std::uint64_t epoch = *fork_epoch_page;
    return epoch != 0 ? epoch : fork_epoch_slowly();
}

// Before a queue is opened: does fork() wait for the gate? False if there is no memory to arrange that.
bool watch_forks() noexcept;

// Held by whoever has a byte lock on a descriptor that a child would inherit (attach, reap); fork() waits for it.
// Process-wide, so it also keeps two handles of one process from reaping at once.
class ForkGate {
public:
    ForkGate() noexcept;
    ~ForkGate();
    ForkGate(const ForkGate &) = delete;
    ForkGate &operator=(const ForkGate &) = delete;
};

} // namespace ipcq
