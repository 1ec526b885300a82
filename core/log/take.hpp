// SPDX-License-Identifier: Apache-2.0
//
// The common case of taking the first ready record: it stands under the head. The rest is in take.cpp.
//
// Its state word changes first (DONE, or TAKEN by us), and the cursor follows. A kill in between leaves the cursor
// before a record that is not ready, which the next getter passes over. The other way round an item would be lost
// behind the cursor.
#pragma once

#include "log/copy.hpp"
#include "log/log.hpp"
#include "log/test_point.hpp"

namespace ipcq {

// Head locked. True: a record of at most `size_max` bytes was ready under the head, the caller can use it, and it is
// taken. The lock is released, and the caller looks next for sleepers at the lock. False: nothing has changed, and the
// lock is held.
template <std::uint64_t size_max>
IPCQ_INLINE bool Log::take_locked(const TakeRequest &request, bool lease, TakenRecord &out) noexcept
{
    static_assert(size_max <= copy_inside_max);
    const Window window = image_.window();
    Control &control = window.control();
    Head &head = control.head;
    TEST_POINT("head_locked");
    const std::uint64_t epoch = head.epoch.load(relaxed);
    if (epoch != cached_head_.epoch) [[unlikely]]
        cached_head_.find(head, epoch, window);
    const std::uint64_t here = cached_head_.offset;
    if (here < cached_head_.end) [[likely]] {
        // SYNC item-commit: acquire, shape and payload are read next.
        const RecordWord word{window.word(here).load(acquire)};
        window.fetch(here + fetch_distance);
        // The shape only behind READY: an EMPTY word may be the last one of its segment, and the next segment may have no
        // memory.
        const RecordShape shape =
            word.is(RecordState::ready) ? RecordShape{window.shape(here).load(relaxed)} : RecordShape::none();
        const std::uint64_t size = shape.size();      // the checked value: never loaded again
        const bool inside = size <= copy_small_max || // by the limit of cached_head_
                            (size <= size_max && window.reaches(here, record_size(size) + terminator_size));
        if (inside && size <= request.capacity && request.accepts(shape.type())) [[likely]] {
            out = {here, cached_head_.sequence, size, shape.type(), word.deliveries(), lease, false, false};
            if (lease) {
                mark_taken(here, word);
                TEST_POINT("taken");
            } else {
                copy_up_to<size_max>(request.buffer, window.payload(here), size);
                // SYNC item-finish: release, so that nobody recycles these bytes before they were copied.
                window.word(here).store(word.with(RecordState::done, me_.self()).bits, release);
            }
            cached_head_.pass(head, record_size(size));
            bump(own_slot().gets);
            if (lease)
                bump(own_slot().leases);
            // A hint for the wakeup.
            out.more = !RecordWord{window.word(cached_head_.offset).load(relaxed)}.is(RecordState::empty);
            OwnerLock::release_lock(head.lock);
            if (lease && !request.in_place)
                copy_up_to<size_max>(request.buffer, window.payload(here), size);
            return true;
        }
    }
    return false;
}

// The lock is free, and a small record that the caller can use is ready. False: nothing has changed.
IPCQ_INLINE bool Log::take_at_once(const TakeRequest &request, bool lease, TakenRecord &out) noexcept
{
    if (!try_lock_head()) [[unlikely]]
        return false;
    if (take_locked<copy_inside_max>(request, lease, out)) [[likely]]
        return true;
    unlock_head();
    return false;
}

// Head locked. The lease.
IPCQ_INLINE void Log::mark_taken(std::uint64_t offset, RecordWord word) noexcept
{
    // Before the word: the frontier may jump over chains in which nothing was ever leased.
    const std::uint64_t chain = chain_at(offset);
    if (control().frontier.lease_chain.load(relaxed) < chain)
        control().frontier.lease_chain.store(chain, release);
    image_.word(offset).store(word.with(RecordState::taken, me_.self()).bits, release);
}

} // namespace ipcq
