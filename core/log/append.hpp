// SPDX-License-Identifier: Apache-2.0
//
// The common case of putting a record: it fits behind the tail. The rest is in append.cpp.
//
// The one commit is the store of READY, or of END when the record starts a new run of segments. Everything written
// before it is invisible. After a kill the next holder of the tail's lock rolls the cursor over what was committed.
#pragma once

#include "log/copy.hpp"
#include "log/log.hpp"
#include "log/test_point.hpp"

namespace ipcq {

// Tail locked; the message has at most `size_max` bytes. True: the record fits behind the tail, it is committed, and the
// lock is released. The caller looks next for sleepers at the lock. False: nothing has changed, and the lock is held.
template <std::uint64_t size_max> IPCQ_INLINE bool Log::append_locked(const Message &message) noexcept
{
    const Window window = image_.window();
    Control &control = window.control();
    Tail &tail = control.tail;
    TEST_POINT("tail_locked");
    const std::uint64_t epoch = tail.epoch.load(relaxed), need = record_size(message.size);
    if (epoch != cached_tail_.epoch) [[unlikely]]
        cached_tail_.find(tail, epoch, window, geometry());
    const std::uint64_t here = cached_tail_.offset;
    const bool fits = here + need + terminator_size <= cached_tail_.room_end &&
                      RecordWord{window.word(here).load(relaxed)}.is(RecordState::empty) &&
                      control.waiters.shutdown.load(relaxed) == 0 &&
                      (geometry().max_items == 0 || cached_tail_.sequence < tail.limit.load(relaxed));
    if (!fits) [[unlikely]]
        return false;
    window.fetch_to_write(here + fetch_distance);
    copy_up_to<size_max>(window.payload(here), message.data, message.size);
    commit_record(window, here, message, need);
    cached_tail_.pass(tail, need);
    bump(own_slot().puts);
    OwnerLock::release_lock(tail.lock);
    return true;
}

// Tail locked, room checked, payload written; the cursor has to follow.
IPCQ_INLINE void Log::commit_record(const Window &window, std::uint64_t offset, const Message &message,
                                    std::uint64_t need) noexcept
{
    window.shape(offset).store(RecordShape::of(message.size, message.type).bits, relaxed); // ordered by the commit
    // Before the commit: the bytes behind may be an old record of a recycled segment, and it must not look committed.
    window.word(offset + need).store(RecordWord{}.bits, relaxed);
    // SYNC item-commit: release, so that a process that sees READY sees the payload and the terminator.
    window.word(offset).store(RecordWord::of(RecordState::ready, 0, nobody).bits, release);
    TEST_POINT("put_committed");
}

} // namespace ipcq
