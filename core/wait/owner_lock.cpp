// SPDX-License-Identifier: Apache-2.0
#include "wait/owner_lock.hpp"

#include "wait/tick.hpp"

#include <algorithm>
#include <sched.h>

namespace ipcq {

namespace {

// Looks at a held lock, each twice as late as the one before. A look takes the cache line from the owner, which needs
// it back to unlock. An owner that is left alone does many items while it has the line. In all longer than any section
// under these locks takes when its owner runs.
constexpr int pauses_max = 64;
constexpr int yields = 3; // lets a preempted owner run before a sleep, which costs ten times as much
constexpr Nanoseconds slice_min = 1'000'000;
constexpr Nanoseconds slice_max = 16'000'000;

// Each caller may wait this long, even with a deadline that is nowait or past. The lock is no part of the wait it asked
// for. A preempted owner runs again, and a caller that was slower than others gets another turn. It is the sum of the
// slices asked for, not time on the clock. So a caller that is preempted itself keeps its turns. No peer can give it
// more of them.
constexpr Nanoseconds grace = 20'000'000;

} // namespace

Code OwnerLock::lock_slowly(const Participant &me, const WaitLimits &limits, LockResult &out_result) noexcept
{
    const bool impatient = limits.deadline == nowait;
    Nanoseconds left = grace;
    std::uint64_t last_owner = 0, last_epoch = 0;
    out_result = LockResult::clean;
    for (Nanoseconds slice = slice_min;;) {
        for (int pauses = 1; pauses <= pauses_max; pauses *= 2) {
            for (int i = 0; i < pauses; i++)
                pause_processor();
            if (try_lock(me))
                return Code::OK;
        }
        for (int i = 0; i < yields; i++) {
            ::sched_yield();
            if (try_lock(me))
                return Code::OK;
        }
        std::uint64_t owner = word_->load(relaxed);
        const Liveness liveness = owner != 0 ? me.liveness({owner}) : Liveness::alive;
        // SYNC owner-death: acquire; the dead owner's stores became visible before its byte lock fell.
        if (liveness == Liveness::dead && word_->compare_exchange_strong(owner, me.self().bits, acquire, relaxed)) {
            out_result = LockResult::owner_died;
            return Code::OK;
        }
        if (const Code verdict = limits.stop_reason(); verdict != Code::OK)
            return verdict;
        if (limits.brief)
            return Code::BUSY;
        if (left == 0 && now_ns() >= limits.deadline)
            return impatient ? Code::BUSY : Code::TIMEDOUT;
        const std::uint64_t epoch = epoch_->load(relaxed);
        if (impatient && (owner != last_owner || epoch != last_epoch))
            slice = slice_min; // nobody is stopped, only others were faster: many short looks
        last_owner = owner;
        last_epoch = epoch;
        if (left != 0)
            slice = std::min(slice, left);
        const Woken woken = sleep_on(*sleepers_, *pill_, slice, left != 0 ? forever : limits.deadline,
                                     [&] { return word_->load(sequential) == 0; });
        left -= std::min(slice, left);
        if (woken == Woken::interrupted && limits.interruptible)
            return Code::INTERRUPTED;
        if (woken == Woken::slice_over && slice < slice_max)
            slice *= 2;
        if (woken == Woken::slice_over && liveness == Liveness::unknown)
            return Code::SYSTEM; // the owner may be dead, and this process will never know
    }
}

} // namespace ipcq
