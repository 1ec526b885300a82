// SPDX-License-Identifier: Apache-2.0
//
// A lock between the threads of one handle, for the few instructions that change a table's entry.
//
// It is biased towards the first thread that takes it. That thread needs no locked instruction while it is alone.
// A second thread revokes the bias for good. It announces this, has all threads fence (membarrier), and waits until the
// bias owner is outside.
//
// Every wait ends in sleep, so that a holder of lower priority gets the processor.
#pragma once

#include "layout/word.hpp"

namespace ipcq {

class BiasedLock {
public:
    class Guard;
    class OwnerGuard;
    // In a forked child: the holder may be a thread that the child does not have.
    void reset_after_fork() noexcept;

private:
    // In owner_ instead of a thread.
    static constexpr std::uintptr_t unowned = 0, shared = 1, revoking = 2;

    static std::uintptr_t this_thread() noexcept
    {
        return reinterpret_cast<std::uintptr_t>(__builtin_thread_pointer());
    }
    bool lock_as_owner() noexcept
    {
        const std::uintptr_t self = this_thread();
        if (owner_.load(relaxed) != self)
            return false;
        owner_inside_.store(true, relaxed);
        // SYNC bias-revocation: this store, then the load. A revoking thread has a membarrier between its two.
        std::atomic_signal_fence(sequential);
        if (owner_.load(relaxed) == self) [[likely]]
            return true;
        owner_inside_.store(false, release);
        return false;
    }
    bool lock_slowly() noexcept;

    std::atomic<std::uintptr_t> owner_{unowned};
    std::atomic<bool> owner_inside_{false}; // written by the bias owner alone
    std::atomic<bool> locked_{false};       // written by any thread once owner_ is `shared`
};

class BiasedLock::Guard {
public:
    IPCQ_INLINE explicit Guard(BiasedLock &lock) noexcept
        : lock_(lock), as_owner_(lock.lock_as_owner() || lock.lock_slowly())
    {}
    // SYNC bias-revocation: release, the next holder sees all stores of this one.
    IPCQ_INLINE ~Guard() { (as_owner_ ? lock_.owner_inside_ : lock_.locked_).store(false, release); }
    Guard(const Guard &) = delete;
    Guard &operator=(const Guard &) = delete;

private:
    BiasedLock &lock_;
    bool as_owner_;
};

// Holds the lock if the calling thread is the bias owner; never waits, and makes no call.
class BiasedLock::OwnerGuard {
public:
    IPCQ_INLINE explicit OwnerGuard(BiasedLock &lock) noexcept : lock_(lock), held_(lock.lock_as_owner()) {}
    IPCQ_INLINE ~OwnerGuard()
    {
        if (held_)
            lock_.owner_inside_.store(false, release); // SYNC bias-revocation
    }
    OwnerGuard(const OwnerGuard &) = delete;
    OwnerGuard &operator=(const OwnerGuard &) = delete;

    bool held() const { return held_; }

private:
    BiasedLock &lock_;
    const bool held_;
};

} // namespace ipcq
