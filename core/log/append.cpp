// SPDX-License-Identifier: Apache-2.0
//
// Putting a record at the tail. The one commit is the store of READY (or of END, when the record starts a new run of
// segments); whatever was written before it is invisible, and whoever gets the tail's lock after a kill rolls the cursor
// over what was committed.
#include "log/log.hpp"

#include "log/test_point.hpp"

#include <cstring>

namespace ipcq {

Code Log::append(const Message &message, const Patience &patience, Shortage &out_shortage) noexcept
{
    out_shortage = Shortage::none;
    const std::uint64_t need = record_size(message.size);
    if (need + terminator_size <= geometry().segment_size) [[likely]] {
        bool beyond = false;
        const Code code = append_to_run(message, need, patience, out_shortage, beyond);
        if (!beyond) [[likely]]
            return code;
    }
    return append_new_run(message, need, patience, out_shortage);
}

// out_beyond: the record does not fit behind the tail; nothing was done.
Code Log::append_to_run(const Message &message, std::uint64_t need, const Patience &patience, Shortage &out_shortage,
                        bool &out_beyond) noexcept
{
    Grip grip;
    if (const Code code = tail_lock_.lock(me_, patience, grip); code != Code::OK) [[unlikely]]
        return code;
    TEST_POINT("tail_locked");
    TailCursor cursor;
    Code code = roll_tail(cursor);
    if (code == Code::OK && control().waiters.shutdown.load(relaxed) != 0) [[unlikely]]
        code = Code::CLOSED;
    if (code == Code::OK && !room(cursor.sequence)) [[unlikely]] {
        out_shortage = Shortage::items;
        code = Code::FULL;
    }
    out_beyond = cursor.offset + need + terminator_size > geometry().segment_offset(cursor.end_segment);
    if (code != Code::OK || out_beyond) [[unlikely]] {
        out_beyond = code == Code::OK && out_beyond;
        tail_lock_.unlock();
        return code;
    }
    commit(cursor, message, need);
    return Code::OK;
}

// Tail locked, room checked; unlocks.
void Log::commit(TailCursor cursor, const Message &message, std::uint64_t need) noexcept
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

void Log::write_record(std::uint64_t offset, const Message &message) noexcept
{
    image_.shape(offset).store(RecordShape::of(message.size, message.type).bits, relaxed); // ordered by the commit
    if (message.size != 0)
        std::memcpy(image_.payload(offset), message.data, message.size);
}

Code Log::append_new_run(const Message &message, std::uint64_t need, const Patience &patience,
                         Shortage &out_shortage) noexcept
{
    const Geometry &g = geometry();
    const std::uint64_t count = (need + terminator_size + g.segment_size - 1) >> g.segment_shift;
    if (control().waiters.shutdown.load(acquire) != 0)
        return Code::CLOSED;
    if (!room_by_items()) { // before the work, and again under the lock
        out_shortage = Shortage::items;
        return Code::FULL;
    }
    std::uint64_t first = 0;
    if (const Code code = claim(count, first); code != Code::OK) {
        if (code == Code::FULL)
            out_shortage = Shortage::bytes;
        return code;
    }
    // Private until it is linked: a large payload is copied outside every lock.
    const std::uint64_t start = g.segment_offset(first);
    write_record(start, message);
    image_.word(start + need).store(RecordWord{}.bits, relaxed);
    image_.word(start).store(RecordWord::of(RecordState::ready, 0, nobody).bits, relaxed);

    Grip grip;
    if (const Code code = tail_lock_.lock(me_, patience, grip); code != Code::OK) {
        release_run(first, count);
        return code;
    }
    TailCursor cursor;
    Code code = roll_tail(cursor);
    if (code == Code::OK && control().waiters.shutdown.load(relaxed) != 0)
        code = Code::CLOSED;
    if (code == Code::OK && !room(cursor.sequence)) {
        out_shortage = Shortage::items;
        code = Code::FULL;
    }
    if (code != Code::OK) {
        tail_lock_.unlock();
        release_run(first, count);
        return code;
    }
    if (count == 1 && cursor.offset + need + terminator_size <= g.segment_offset(cursor.end_segment)) {
        release_run(first, count); // somebody appended a segment meanwhile: use that one
        commit(cursor, message, need);
        return Code::OK;
    }
    // Chain numbers first: a linked segment whose number nobody knows could never be freed.
    const std::uint64_t chain = image_.segment_word(cursor.end_segment - 1).chain();
    for (std::uint64_t i = 0; i < count; i++)
        image_.segment(first + i).store(SegmentWord::live(chain + 1 + i).bits, release);
    // SYNC item-commit: the one store that links the run and commits its first item.
    image_.word(cursor.offset)
        .store(RecordWord::end(static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(count)).bits, release);
    TEST_POINT("put_committed");
    store_cursor(control().tail, TailCursor{start + need, first + count, cursor.sequence + 1});
    bump(own_slot().puts);
    tail_lock_.unlock();
    return Code::OK;
}

// A holder that died after its commit left the cursor before at most one END and one record.
Code Log::roll_tail_slowly(TailCursor &out_cursor) noexcept
{
    TailCursor cursor = out_cursor;
    if (!sound(cursor))
        return Code::CORRUPT;
    RecordWord word{image_.word(cursor.offset).load(acquire)};
    for (std::uint64_t steps = image_.steps_max(); !word.is(RecordState::empty); steps--) {
        RecordShape shape;
        if (steps == 0)
            return Code::CORRUPT;
        if (word.is(RecordState::end)) {
            if (!image_.first_of(word, cursor.offset))
                return Code::CORRUPT;
            cursor.end_segment = std::uint64_t{word.next_first()} + word.next_count();
        } else {
            if (!image_.next_record(cursor.offset, cursor.offset, shape))
                return Code::CORRUPT;
            cursor.sequence++;
        }
        word.bits = image_.word(cursor.offset).load(acquire);
    }
    if (!sound(cursor))
        return Code::CORRUPT;
    store_cursor(control().tail, cursor);
    out_cursor = cursor;
    return Code::OK;
}

// The limit is used up: look at the head itself.
bool Log::room_after_look(std::uint64_t sequence) noexcept
{
    const HeadCursor head = snapshot(control().head);
    const std::uint64_t limit = head.sequence + head.skipped + geometry().max_items;
    control().tail.limit.store(limit, relaxed);
    return sequence < limit;
}

bool Log::room_by_items() const noexcept
{
    const std::uint64_t max_items = geometry().max_items;
    if (max_items == 0)
        return true;
    const TailCursor tail = snapshot(control().tail);
    const HeadCursor head = snapshot(control().head);
    return tail.sequence < head.sequence + head.skipped + max_items;
}

Code Log::refuse_appends(std::uint32_t mode, const Patience &patience) noexcept
{
    Grip grip;
    if (const Code code = tail_lock_.lock(me_, patience, grip); code != Code::OK)
        return code;
    TailCursor cursor;
    const Code code = roll_tail(cursor);
    // SYNC shutdown: set under the tail's lock, so every commit came before it; getters load it before they look.
    if (code == Code::OK && control().waiters.shutdown.load(relaxed) < mode)
        control().waiters.shutdown.store(mode, release);
    tail_lock_.unlock();
    return code;
}

} // namespace ipcq
