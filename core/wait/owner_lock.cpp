// SPDX-License-Identifier: Apache-2.0
#include "wait/owner_lock.hpp"

#include "wait/tick.hpp"

#include <sched.h>

namespace ipcq {

namespace {

constexpr int spins = 60; // longer than any section under these locks takes when its owner runs
constexpr int yields = 3; // lets a preempted owner run before a sleep, which costs ten times as much
constexpr Nanoseconds slice_min = 1'000'000;
constexpr Nanoseconds slice_max = 16'000'000;
constexpr Nanoseconds grace = 20'000'000; // what "without waiting" waits for a preempted owner before it says BUSY
constexpr Nanoseconds crowd_max = 1'000'000'000; // and for others who are faster, again and again

} // namespace

Code OwnerLock::lock_slowly(const Participant &me, const Patience &patience, Grip &out_grip) noexcept
{
    const bool impatient = patience.deadline == nowait;
    Nanoseconds deadline = 0; // until when we wait while nothing moves
    Nanoseconds end = forever;
    std::uint64_t last_owner = 0, last_epoch = 0;
    out_grip = Grip::clean;
    for (Nanoseconds slice = slice_min;;) {
        for (int i = 0; i < spins; i++) {
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
        if (owner == 0)
            continue;
        if (!me.alive({owner})) {
            // SYNC owner-death: acquire; the dead owner's stores became visible before its byte lock fell.
            if (word_->compare_exchange_strong(owner, me.self().bits, acquire, relaxed)) {
                out_grip = Grip::stolen;
                return Code::OK;
            }
            continue;
        }
        if (const Code verdict = patience.verdict(); verdict != Code::OK)
            return verdict;
        const Nanoseconds now = now_ns();
        const std::uint64_t epoch = epoch_->load(relaxed);
        if (impatient && (owner != last_owner || epoch != last_epoch))
            deadline = 0; // nobody is stopped: only others were faster
        last_owner = owner;
        last_epoch = epoch;
        if (impatient && end == forever)
            end = now + crowd_max;
        if (deadline == 0) // a deadline that has passed already still gets the grace: the lock is no part of the wait
            deadline = impatient || patience.deadline < now + grace ? now + grace : patience.deadline;
        if (now >= deadline || now >= end)
            return impatient ? Code::BUSY : Code::TIMEDOUT;
        const Woken woken = sleep_on(*sleepers_, *pill_, slice, deadline, [&] { return word_->load(sequential) == 0; });
        if (woken == Woken::interrupted && patience.interruptible)
            return Code::INTERRUPTED;
        if (woken == Woken::slice_over && slice < slice_max)
            slice *= 2;
        if (woken == Woken::slice_over && !me.sees_others())
            return Code::SYSTEM;
    }
}

} // namespace ipcq
