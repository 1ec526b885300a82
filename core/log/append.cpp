// SPDX-License-Identifier: Apache-2.0
//
// Putting a record where the common case does not do: a kill left work, the queue is shut down or full, or the record
// needs a new run of segments.
#include "log/append.hpp"

namespace ipcq {

// Tail locked, room checked, payload written; moves the cursor and unlocks.
void Log::commit(const Window &window, TailCursor cursor, const Message &message, std::uint64_t need) noexcept
{
    Control &control = window.control();
    commit_record(window, cursor.offset, message, need);
    cursor.offset += need;
    cursor.sequence++;
    store_cursor(control.tail, cursor);
    bump(own_slot().puts);
    OwnerLock::unlock(control.tail.lock, control.waiters.lock[0], control.semaphores.lock[0]);
}

Code Log::append(const Message &message, const WaitLimits &limits, FullReason &out_reason) noexcept
{
    const std::uint64_t need = record_size(message.size);
    if (need + terminator_size > geometry().segment_size)
        return append_new_run(message, limits, out_reason);
    LockResult lock_result;
    if (const Code code = tail_lock_.lock(me_, limits, lock_result); code != Code::OK)
        return code;
    TEST_POINT("tail_locked");
    return append_locked(load_cursor(control().tail), message, limits, out_reason);
}

// Tail locked; unlocks. The message fits into a segment.
Code Log::append_locked(TailCursor cursor, const Message &message, const WaitLimits &limits,
                        FullReason &out_reason) noexcept
{
    const std::uint64_t need = record_size(message.size);
    Code code = roll_tail(cursor);
    if (code == Code::OK && control().waiters.shutdown.load(relaxed) != 0)
        code = Code::CLOSED;
    if (code == Code::OK && !room(cursor.sequence)) {
        out_reason = FullReason::items;
        code = Code::FULL;
    }
    if (code == Code::OK && sound(cursor, need)) {
        write_payload(cursor.offset, message);
        commit(image_.window(), cursor, message, need);
        return Code::OK;
    }
    tail_lock_.unlock();
    return code == Code::OK ? append_new_run(message, limits, out_reason) : code;
}

Code Log::append_new_run(const Message &message, const WaitLimits &limits, FullReason &out_reason) noexcept
{
    if (!room_by_items()) { // before the work, and again under the lock
        out_reason = FullReason::items;
        return control().waiters.shutdown.load(acquire) != 0 ? Code::CLOSED : Code::FULL;
    }
    Run run;
    Code code = reserve(message.size, run, out_reason);
    if (code != Code::OK)
        return code;
    // Private until it is linked: a large payload is copied outside every lock.
    write_payload(geometry().segment_offset(run.first), message);
    code = link(run, message, run.count == 1, limits, out_reason);
    if (code != Code::OK)
        release_run(run.first, run.count);
    return code;
}

// Puts the run behind the tail with `message`, whose payload it holds already; or, if `may_copy` and there is room meanwhile,
// the message alone, and releases the run. On failure the run stays claimed.
Code Log::link(const Run &run, const Message &message, bool may_copy, const WaitLimits &limits,
               FullReason &out_reason) noexcept
{
    const std::uint64_t start = geometry().segment_offset(run.first), need = record_size(message.size);
    LockResult lock_result;
    if (const Code code = tail_lock_.lock(me_, limits, lock_result); code != Code::OK)
        return code;
    TailCursor cursor = load_cursor(control().tail);
    Code code = roll_tail(cursor);
    if (code == Code::OK && cursor.end_segment > run.first &&
        geometry().segment_of(cursor.offset) < run.first + run.count)
        code = Code::CORRUPT; // the tail's run holds what is ours alone
    if (code == Code::OK && control().waiters.shutdown.load(relaxed) != 0)
        code = Code::CLOSED;
    if (code == Code::OK && !room(cursor.sequence)) {
        out_reason = FullReason::items;
        code = Code::FULL;
    }
    if (code != Code::OK) {
        tail_lock_.unlock();
        return code;
    }
    if (may_copy && sound(cursor, need)) {
        write_payload(cursor.offset, message); // somebody appended a segment meanwhile: use that one
        commit(image_.window(), cursor, message, need);
        release_run(run.first, run.count);
        return Code::OK;
    }
    // Only now: on failure the caller that reserved the run still has what was written there, and may commit more of it
    // later.
    image_.shape(start).store(RecordShape::of(message.size, message.type).bits, relaxed); // ordered by the commit
    image_.word(start + need).store(RecordWord{}.bits, relaxed);
    image_.word(start).store(RecordWord::of(RecordState::ready, 0, nobody).bits, relaxed);
    // Chain numbers first: a linked segment whose number nobody knows could never be freed.
    const std::uint64_t chain = image_.segment_word(cursor.end_segment - 1).chain();
    for (std::uint64_t i = 0; i < run.count; i++) // SYNC segment-claim
        image_.segment(run.first + i).store(SegmentWord::live(chain + 1 + i).bits, release);
    // SYNC item-commit: the one store that links the run and commits its first item.
    image_.word(cursor.offset)
        .store(RecordWord::end(static_cast<std::uint32_t>(run.first), static_cast<std::uint32_t>(run.count)).bits,
               release);
    TEST_POINT("put_committed");
    store_cursor(control().tail, TailCursor{start + need, run.first + run.count, cursor.sequence + 1});
    bump(own_slot().puts);
    tail_lock_.unlock();
    return Code::OK;
}

// Tail locked. A holder that died after its commit left the cursor before at most one END and one record, or a batch.
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
    const std::uint64_t gone = head.sequence + head.skipped;
    const std::uint64_t limit = gone > UINT64_MAX - geometry().max_items ? UINT64_MAX : gone + geometry().max_items;
    control().tail.limit.store(limit, relaxed);
    return sequence < limit;
}

bool Log::room_by_items() const noexcept
{
    const std::uint64_t max_items = geometry().max_items;
    if (max_items == 0)
        return true;
    const Totals now = totals();
    return now.put < now.gone || now.put - now.gone < max_items; // without a sum, which may wrap
}

Code Log::refuse_appends(std::uint32_t mode, const WaitLimits &limits) noexcept
{
    LockResult lock_result;
    if (const Code code = tail_lock_.lock(me_, limits, lock_result); code != Code::OK)
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
