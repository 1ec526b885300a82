// SPDX-License-Identifier: Apache-2.0
//
// Putting a record where the common case does not do: a kill left work, the queue is shut down or full, or the record
// needs a new run of segments.
#include "log/append.hpp"

namespace ipcq {

// Tail locked; unlocks.
Code Log::append_otherwise(TailCursor cursor, const Message &message, std::uint64_t need, const Patience &patience,
                           Shortage &out_shortage) noexcept
{
    Code code = roll_tail(cursor);
    if (code == Code::OK && control().waiters.shutdown.load(relaxed) != 0)
        code = Code::CLOSED;
    if (code == Code::OK && !room(cursor.sequence)) {
        out_shortage = Shortage::items;
        code = Code::FULL;
    }
    if (code == Code::OK && sound(cursor, need)) {
        commit(cursor, message, need);
        return Code::OK;
    }
    tail_lock_.unlock();
    return code == Code::OK ? append_new_run(message, need, patience, out_shortage) : code;
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
    TailCursor cursor = load_cursor(control().tail);
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
    if (count == 1 && sound(cursor, need)) {
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

// Tail locked. A holder that died after its commit left the cursor before at most one END and one record.
Code Log::roll_tail(TailCursor &cursor) noexcept
{
    bool moved = false;
    for (std::uint64_t steps = image_.steps_max(); steps != 0 && sound(cursor, 0); steps--) {
        const RecordWord word{image_.word(cursor.offset).load(acquire)};
        if (word.is(RecordState::empty)) {
            if (moved)
                store_cursor(control().tail, cursor);
            return Code::OK;
        }
        moved = true;
        RecordShape shape;
        if (word.is(RecordState::end)) {
            if (!image_.first_of(word, cursor.offset))
                break;
            cursor.end_segment = std::uint64_t{word.next_first()} + word.next_count();
        } else {
            if (!image_.next_record(cursor.offset, cursor.offset, shape))
                break;
            cursor.sequence++;
        }
    }
    return Code::CORRUPT;
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
    const Totals now = totals();
    return now.put < now.gone + max_items;
}

Code Log::refuse_appends(std::uint32_t mode, const Patience &patience) noexcept
{
    Grip grip;
    if (const Code code = tail_lock_.lock(me_, patience, grip); code != Code::OK)
        return code;
    TailCursor cursor = load_cursor(control().tail);
    const Code code = roll_tail(cursor);
    // SYNC shutdown: set under the tail's lock, so every commit came before it; getters load it before they look.
    if (code == Code::OK && control().waiters.shutdown.load(relaxed) < mode)
        control().waiters.shutdown.store(mode, release);
    tail_lock_.unlock();
    return code;
}

} // namespace ipcq
