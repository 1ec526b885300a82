// SPDX-License-Identifier: Apache-2.0
//
// Taking where the common case does not do: passing over what is not ready; moving the head back; discarding.
#include "log/take.hpp"

namespace ipcq {

namespace {

void pass(HeadCursor &cursor) // over a record that is not ready
{
    cursor.sequence++;
    if (cursor.zone != 0) {
        cursor.zone--;
        if (cursor.skipped != 0)
            cursor.skipped--;
    }
}

} // namespace

// Head locked; unlocks.
Code Log::take_otherwise(HeadCursor cursor, const Demand &demand, bool lease, Taken &out) noexcept
{
    RecordWord word;
    bool moved = false;
    const Code code = roll_head(cursor, word, moved, out.left_segment);
    if (code == Code::OK)
        return copy_out(cursor, word, demand, lease, out);
    if (moved && code == Code::EMPTY)
        store_cursor(control().head, cursor);
    head_lock_.unlock();
    return code;
}

// Head locked. OK with the first ready record under the cursor, EMPTY with the end of the log under it, or CORRUPT.
Code Log::roll_head(HeadCursor &cursor, RecordWord &out_word, bool &out_moved, bool &out_left) noexcept
{
    if (!image_.holds(cursor.offset, terminator_size))
        return Code::CORRUPT;
    for (std::uint64_t steps = image_.steps_max(); steps != 0; steps--) {
        // SYNC item-commit: acquire, we read shape and payload next.
        out_word.bits = image_.word(cursor.offset).load(acquire);
        if (out_word.is(RecordState::ready)) [[likely]]
            return Code::OK;
        if (out_word.is(RecordState::empty))
            return Code::EMPTY;
        out_moved = true;
        if (out_word.is(RecordState::end)) {
            control().supply.recent.store(static_cast<std::uint32_t>(geometry().segment_of(cursor.offset)), relaxed);
            out_left = true;
            if (!image_.first_of(out_word, cursor.offset))
                return Code::CORRUPT;
            continue;
        }
        RecordShape shape;
        if (!image_.next_record(cursor.offset, cursor.offset, shape))
            return Code::CORRUPT;
        pass(cursor);
    }
    return Code::CORRUPT;
}

// Head locked. How many of the zone's records are not ready; what the cursor says of it may be stale after a kill.
Code Log::recount_zone(HeadCursor &cursor) const noexcept
{
    std::uint64_t offset = cursor.offset, left = cursor.zone;
    cursor.skipped = 0;
    for (std::uint64_t steps = image_.steps_max(); left != 0; steps--) {
        if (steps == 0 || !image_.holds(offset, terminator_size))
            return Code::CORRUPT;
        const RecordWord word{image_.word(offset).load(acquire)};
        if (word.is(RecordState::empty))
            break;
        if (word.is(RecordState::end)) {
            if (!image_.first_of(word, offset))
                return Code::CORRUPT;
            continue;
        }
        RecordShape shape;
        if (!image_.next_record(offset, offset, shape))
            return Code::CORRUPT;
        if (!word.is(RecordState::ready))
            cursor.skipped++;
        left--;
    }
    return Code::OK;
}

// Head locked. Moves the cursor back to an older record, before that record becomes ready again: the other way round a kill
// would leave a ready item behind the cursor, lost.
Code Log::move_head_back(HeadCursor &head, std::uint64_t offset, std::uint64_t sequence) noexcept
{
    if (sequence >= head.sequence)
        return Code::OK;
    HeadCursor back{offset, sequence, head.sequence + head.zone - sequence, 0};
    if (const Code code = recount_zone(back); code != Code::OK)
        return code;
    store_cursor(control().head, back);
    head = back;
    return Code::OK;
}

Code Log::discard(const Patience &patience) noexcept
{
    if (const Code code = lock_head(patience); code != Code::OK)
        return code;
    HeadCursor cursor = load_cursor(control().head);
    Code code = image_.holds(cursor.offset, terminator_size) ? Code::OK : Code::CORRUPT;
    std::uint64_t steps = image_.steps_max();
    for (std::uint64_t unsaved = 0; code == Code::OK; steps--) {
        const RecordWord word{image_.word(cursor.offset).load(acquire)};
        if (word.is(RecordState::empty))
            break;
        if (steps == 0) {
            code = Code::CORRUPT;
            break;
        }
        if (word.is(RecordState::end)) {
            if (!image_.first_of(word, cursor.offset))
                code = Code::CORRUPT;
            continue;
        }
        const bool ready = word.is(RecordState::ready);
        std::uint64_t next = 0;
        RecordShape shape;
        if (!image_.next_record(cursor.offset, next, shape)) {
            code = Code::CORRUPT;
            break;
        }
        if (ready) {
            image_.word(cursor.offset).store(word.with(RecordState::done, me_.self()).bits, release);
            cursor.sequence++;
            if (cursor.zone != 0)
                cursor.zone--;
        } else {
            pass(cursor);
        }
        cursor.offset = next;
        if ((++unsaved & 63) == 0) // so that a thief's repair has little to pass
            store_cursor(control().head, cursor);
    }
    if (code == Code::OK)
        store_cursor(control().head, cursor);
    head_lock_.unlock();
    return code;
}

} // namespace ipcq
