// SPDX-License-Identifier: Apache-2.0
//
// A lock between the threads of one handle, for the few instructions of a book's entry. No wait happens under it, and a
// forked child starts it anew, since its holder may be a thread that the child does not have.
//
// It leans to the first thread that uses it, which needs no locked instruction as long as no other thread comes. Another one
// takes the favour away for good: it says so, makes all threads fence (membarrier), and waits until the favourite is
// outside.
#pragma once

#include "layout/word.hpp"

namespace ipcq {

class ShortLock {
public:
    class Hold;
    void start_anew() noexcept;

private:
    // Instead of a thread in favourite_.
    static constexpr std::uintptr_t nobody_yet = 0, everybody = 1, being_taken_away = 2;

    static std::uintptr_t this_thread() noexcept
    {
        return reinterpret_cast<std::uintptr_t>(__builtin_thread_pointer());
    }
    bool enter_as_favourite() noexcept
    {
        const std::uintptr_t self = this_thread();
        if (favourite_.load(relaxed) != self)
            return false;
        inside_.store(true, relaxed);
        // SYNC book-favour: this store, then the look; who takes the favour away has a membarrier between its own two.
        std::atomic_signal_fence(sequential);
        if (favourite_.load(relaxed) == self) [[likely]]
            return true;
        inside_.store(false, release);
        return false;
    }
    bool enter_slowly() noexcept;

    std::atomic<std::uintptr_t> favourite_{nobody_yet};
    std::atomic<bool> inside_{false}; // the favourite is; written by it alone
    std::atomic<bool> busy_{false};   // one of everybody is
};

class ShortLock::Hold {
public:
    IPCQ_INLINE explicit Hold(ShortLock &lock) noexcept
        : lock_(lock), favoured_(lock.enter_as_favourite() || lock.enter_slowly())
    {}
    // SYNC book-favour: release, whoever is inside next goes on with what was stored.
    IPCQ_INLINE ~Hold() { (favoured_ ? lock_.inside_ : lock_.busy_).store(false, release); }
    Hold(const Hold &) = delete;
    Hold &operator=(const Hold &) = delete;

private:
    ShortLock &lock_;
    bool favoured_;
};

} // namespace ipcq
