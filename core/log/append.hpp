// SPDX-License-Identifier: Apache-2.0
//
// The common case of putting a record: it fits behind the tail. The rest is in append.cpp.
//
// The one commit is the store of READY (or of END, when the record starts a new run of segments); whatever was written
// before it is invisible, and whoever gets the tail's lock after a kill rolls the cursor over what was committed.
#pragma once

#include "log/copy.hpp"
#include "log/log.hpp"
#include "log/test_point.hpp"

namespace ipcq {

// The lock is free, the small record fits behind the tail, and there is room. False if not: then nothing has changed.
IPCQ_INLINE bool Log::append_at_once(const Message &message) noexcept
{
    const Window window = image_.window();
    Control &control = window.control();
    const std::uint64_t need = record_size(message.size);
    if (!OwnerLock::try_lock(control.tail.lock, me_.self())) [[unlikely]]
        return false;
    TEST_POINT("tail_locked");
    const TailCursor cursor = load_cursor(control.tail);
    const Geometry &g = geometry();
    if (cursor.end_segment - 1 < g.segment_count &&
        cursor.offset + need + terminator_size <= g.segment_offset(cursor.end_segment) &&
        window.reaches(cursor.offset, need + terminator_size) &&
        RecordWord{window.word(cursor.offset).load(relaxed)}.is(RecordState::empty) &&
        control.waiters.shutdown.load(relaxed) == 0 &&
        (g.max_items == 0 || cursor.sequence < control.tail.limit.load(relaxed))) [[likely]] {
        copy_small(window.payload(cursor.offset), message.data, message.size);
        commit(window, cursor, message, need);
        return true;
    }
    OwnerLock::unlock(control.tail.lock, control.waiters.lock[0], control.pills.lock[0]);
    return false;
}

// Tail locked, room checked, payload written; unlocks.
IPCQ_INLINE void Log::commit(const Window &window, TailCursor cursor, const Message &message,
                             std::uint64_t need) noexcept
{
    Control &control = window.control();
    window.shape(cursor.offset)
        .store(RecordShape::of(message.size, message.type).bits, relaxed); // ordered by the commit
    // Before the commit: the bytes behind may be an old record of a recycled segment, and it must not look committed.
    window.word(cursor.offset + need).store(RecordWord{}.bits, relaxed);
    // SYNC item-commit: release, so that whoever sees READY sees the payload and the terminator.
    window.word(cursor.offset).store(RecordWord::of(RecordState::ready, 0, nobody).bits, release);
    TEST_POINT("put_committed");
    cursor.offset += need;
    cursor.sequence++;
    store_cursor(control.tail, cursor);
    bump(own_slot().puts);
    OwnerLock::unlock(control.tail.lock, control.waiters.lock[0], control.pills.lock[0]);
}

} // namespace ipcq
