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

// Head locked, `cursor` behind the record that was taken, which its zone still counts; unlocks. Does another item follow?
bool Log::leave_head(const Window &window, HeadCursor cursor, bool lease) noexcept
{
    Control &control = window.control();
    if (cursor.zone != 0)
        cursor.zone--;
    cursor.sequence++;
    store_cursor(control.head, cursor);
    bump(own_slot().gets);
    if (lease)
        bump(own_slot().leases);
    // A hint for the wakeup.
    const bool more = !RecordWord{window.word(cursor.offset).load(relaxed)}.is(RecordState::empty);
    OwnerLock::unlock(control.head.lock, control.waiters.lock[1], control.semaphores.lock[1]);
    return more;
}

// The word under the head may be read by the holder of the head's lock alone. Without the lock the head may move on
// between the two loads. Its segment may then be given back to the system, and on a full file system the second load
// would be SIGBUS.
bool Log::may_hold_item() noexcept
{
    Head &head = control().head;
    if (head.lock.load(relaxed) != 0 || !OwnerLock::try_lock(head.lock, me_.self()))
        return ready_items() != 0; // the counts stand in memory that is always there
    const HeadCursor cursor = load_cursor(head);
    const bool sound = image_.holds(cursor.offset, terminator_size); // else take() will say what is wrong
    const bool ready = sound && !RecordWord{image_.word(cursor.offset).load(relaxed)}.is(RecordState::empty);
    if (ready)
        image_.fetch(cursor.offset + fetch_second_line);
    head_lock_.unlock();
    return ready || !sound;
}

Code Log::take(const TakeRequest &request, bool lease, const WaitLimits &limits, TakenRecord &out) noexcept
{
    if (const Code code = lock_head(limits); code != Code::OK)
        return code;
    TEST_POINT("head_locked");
    HeadCursor cursor = load_cursor(control().head);
    RecordWord word;
    const Code code = find_ready(cursor, word, out.left_segment);
    return code == Code::OK ? take_found(cursor, word, request, lease, out) : code;
}

// Head locked. OK with a ready record under the cursor; otherwise unlocks.
Code Log::find_ready(HeadCursor &cursor, RecordWord &out_word, bool &out_left_segment) noexcept
{
    bool moved = false;
    const Code code = roll_head(cursor, out_word, moved, out_left_segment);
    if (code == Code::OK)
        return code;
    if (moved && code == Code::EMPTY)
        store_cursor(control().head, cursor);
    head_lock_.unlock();
    return code;
}

// Head locked, a ready record under the cursor; unlocks.
Code Log::take_found(HeadCursor cursor, RecordWord word, const TakeRequest &request, bool lease,
                     TakenRecord &out) noexcept
{
    RecordShape shape;
    const std::uint64_t here = cursor.offset;
    if (!image_.next_record(here, cursor.offset, shape)) {
        head_lock_.unlock();
        return Code::CORRUPT;
    }
    const std::uint64_t size = shape.size(); // the checked value: never loaded again
    out.offset = here;
    out.sequence = cursor.sequence;
    out.size = size;
    out.type = shape.type();
    out.deliveries = word.deliveries();
    const bool accepted = request.accepts(shape.type());
    if (!accepted || size > request.capacity) {
        head_lock_.unlock();
        return accepted ? Code::TOOBIG : Code::WRONGTYPE;
    }
    Word &state = image_.word(here);
    const bool outside = lease || size > copy_inside_max;
    if (!outside) {
        copy_payload(request.buffer, here, size);
        // SYNC item-finish: release, so that nobody recycles these bytes before they were copied.
        state.store(word.with(RecordState::done, me_.self()).bits, release);
    } else {
        mark_taken(here, word);
        TEST_POINT("taken");
    }
    out.more = leave_head(image_.window(), cursor, lease);
    out.leased = lease;
    if (outside) {
        if (!request.in_place)
            copy_payload(request.buffer, here, size);
        if (!lease) { // SYNC item-finish
            state.exchange(word.with(RecordState::done, me_.self()).bits, sequential);
            fence_before_look(); // SYNC waiter-registered: the caller looks at the sleepers next
        }
    }
    return Code::OK;
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

Code Log::discard(const WaitLimits &limits) noexcept
{
    if (const Code code = lock_head(limits); code != Code::OK)
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
