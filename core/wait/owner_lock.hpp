// SPDX-License-Identifier: Apache-2.0
//
// Mutual exclusion between processes that may die at any instruction: one word, 0 or the name of the owner. A dead owner's
// word is taken over; the new owner is told, because it finds the work half done.
//
// Under such a lock nothing calls the system, allocates, or runs a caller's code. Order: head before frontier; tail alone.
#pragma once

#include "wait/participant.hpp"
#include "wait/sleep.hpp"

namespace ipcq {

enum class LockResult { clean, owner_died };

class OwnerLock {
public:
    OwnerLock() = default;
    // `epoch`: of the cursor under this lock; that it moves shows that owners come and go.
    OwnerLock(Word &word, const Word &epoch, HalfWord &sleepers, WaitSemaphore &semaphore)
        : word_(&word), epoch_(&epoch), sleepers_(&sleepers), pill_(&semaphore)
    {}

    // OK, or why the caller could not wait longer: BUSY (nowait), TIMEDOUT, CANCELLED, INTERRUPTED, BADHANDLE.
    IPCQ_INLINE Code lock(const Participant &me, const WaitLimits &limits, LockResult &out_result) noexcept
    {
        if (try_lock(*word_, me.self())) [[likely]] {
            out_result = LockResult::clean;
            return Code::OK;
        }
        return lock_slowly(me, limits, out_result);
    }

    // The common case of a lock that is free; the word must be 0.
    IPCQ_INLINE static bool try_lock(Word &word, Owner me) noexcept
    {
        std::uint64_t none = 0;
        // SYNC lock-handover: acquire, because we go on with what the previous owner stored before its release.
        return word.compare_exchange_strong(none, me.bits, acquire, relaxed);
    }

    // SYNC lock-handover: release. seq_cst and the fence: SYNC waiter-registered, the owner looks at the sleepers of the lock
    // next, and then at those of the queue.
    IPCQ_INLINE static void release_lock(Word &word) noexcept
    {
        word.exchange(0, sequential);
        fence_before_look();
    }
    static void unlock(Word &word, HalfWord &sleepers, WaitSemaphore &semaphore) noexcept
    {
        release_lock(word);
        wake_one(sleepers, semaphore);
    }
    IPCQ_INLINE void unlock() noexcept { unlock(*word_, *sleepers_, *pill_); }

private:
    Code lock_slowly(const Participant &me, const WaitLimits &limits, LockResult &out_result) noexcept;
    bool try_lock(const Participant &me) noexcept
    {
        return word_->load(relaxed) == 0 && try_lock(*word_, me.self()); // a look first leaves the line where it is
    }

    Word *word_ = nullptr;
    const Word *epoch_ = nullptr;
    HalfWord *sleepers_ = nullptr;
    WaitSemaphore *pill_ = nullptr;
};

} // namespace ipcq
