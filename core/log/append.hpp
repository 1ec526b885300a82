// SPDX-License-Identifier: Apache-2.0
//
// The common case of putting a record: it fits behind the tail. The rest is in append.cpp.
//
// The one commit is the store of READY (or of END, when the record starts a new run of segments); whatever was written
// before it is invisible, and whoever gets the tail's lock after a kill rolls the cursor over what was committed.
#pragma once

#include "log/log.hpp"

#include "log/test_point.hpp"

#include <cstring>

namespace ipcq {

IPCQ_INLINE Code Log::append(const Message &message, const Patience &patience, Shortage &out_shortage) noexcept
{
    const std::uint64_t need = record_size(message.size);
    if (need + terminator_size > geometry().segment_size) [[unlikely]]
        return append_new_run(message, patience, out_shortage);
    Grip grip;
    if (const Code code = tail_lock_.lock(me_, patience, grip); code != Code::OK) [[unlikely]]
        return code;
    TEST_POINT("tail_locked");
    const TailCursor cursor = load_cursor(control().tail);
    if (!sound(cursor, need) || !at_end(cursor) || control().waiters.shutdown.load(relaxed) != 0 ||
        !room(cursor.sequence)) [[unlikely]]
        return append_otherwise(cursor, message, need, patience, out_shortage);
    commit(cursor, message, need);
    return Code::OK;
}

// Tail locked, room checked; unlocks.
IPCQ_INLINE void Log::commit(TailCursor cursor, const Message &message, std::uint64_t need) noexcept
{
    write_record(cursor.offset, message);
    // Before the commit: the bytes behind may be an old record of a recycled segment, and it must not look committed.
    image_.word(cursor.offset + need).store(RecordWord{}.bits, relaxed);
    // SYNC item-commit: release, so that whoever sees READY sees the payload and the terminator.
    image_.word(cursor.offset).store(RecordWord::of(RecordState::ready, 0, nobody).bits, release);
    TEST_POINT("put_committed");
    cursor.offset += need;
    cursor.sequence++;
    store_cursor(control().tail, cursor);
    bump(own_slot().puts);
    tail_lock_.unlock();
}

IPCQ_INLINE void Log::write_record(std::uint64_t offset, const Message &message) noexcept
{
    image_.shape(offset).store(RecordShape::of(message.size, message.type).bits, relaxed); // ordered by the commit
    if (message.size != 0)
        std::memcpy(image_.payload(offset), message.data, message.size);
}

} // namespace ipcq
