// SPDX-License-Identifier: Apache-2.0
//
// Has this process been forked since? One word on a page that the kernel wipes in every child, also of a raw clone(), for the
// price of a load. And the gate that keeps fork() away from moments whose locks a child must not inherit.
#pragma once

#include "memory/signals_blocked.hpp"

#include <atomic>
#include <cstdint>

namespace ipcq {

using ForkEpochWord = std::atomic<std::uint64_t>;

// Differs between a process and its forked child. Never 0 after the first call.
std::uint64_t fork_epoch_slowly() noexcept;
extern std::atomic<ForkEpochWord *> fork_epoch_page; // never nullptr; written by the first call of a process

// 0 after a fork, until a call asks for the new one. relaxed: the number alone is compared, no data stands behind it.
inline std::uint64_t fork_epoch_if_known() noexcept
{
    return fork_epoch_page.load(std::memory_order_relaxed)->load(std::memory_order_relaxed);
}

inline std::uint64_t fork_epoch() noexcept
{
    const std::uint64_t epoch = fork_epoch_if_known();
    return epoch != 0 ? epoch : fork_epoch_slowly();
}

// What a thread that forks calls behind the gate: before the fork, and after it in the parent, also if the fork failed. And
// what the child calls first, in its only thread.
struct ForkHandlers {
    void (*before)();
    void (*in_parent)();
    void (*in_child)();
};

// Before a queue is opened: does fork() wait for the gate? False if there is no memory to arrange that.
bool watch_forks(const ForkHandlers &handlers) noexcept;

// Held while the process-wide lists of the C border change, and while a byte is locked on a descriptor that a child would
// inherit (attach). fork() waits for it, and its own thread passes meanwhile: a handler of pthread_atfork() may use a queue. No
// signal handler runs in the holder, since POSIX allows a signal handler to fork.
class ForkGate {
public:
    ForkGate() noexcept;
    ~ForkGate();
    ForkGate(const ForkGate &) = delete;
    ForkGate &operator=(const ForkGate &) = delete;

private:
    const SignalsBlocked quiet_; // before the gate is entered, and until it is left
    const bool locked_;          // else this thread holds it while it forks
};

// The same for a thread that must not wait: the end of a process, where the holder may be a thread that is no more.
class ForkGateIfFree {
public:
    ForkGateIfFree() noexcept;
    ~ForkGateIfFree();
    ForkGateIfFree(const ForkGateIfFree &) = delete;
    ForkGateIfFree &operator=(const ForkGateIfFree &) = delete;

    bool entered() const { return entered_; }

private:
    const SignalsBlocked quiet_;
    const bool passes_, entered_;
};

} // namespace ipcq
