// SPDX-License-Identifier: Apache-2.0
//
// Several records under one lock. A batch is not a thing of its own in the log. It is put by one store for all its
// items, and taken like single items. What a kill leaves is the same, up to batch_items_max times.
#include "log/append.hpp"
#include "log/take.hpp"

namespace ipcq {

Code Log::append_many(const Message *messages, std::uint64_t count, const WaitLimits &limits, FullReason &out_reason,
                      std::uint64_t &out_count) noexcept
{
    const std::uint64_t need = record_size(messages[0].size);
    out_count = 1; // whenever the rare cases below end well
    if (need + terminator_size > geometry().segment_size)
        return append_new_run(messages[0], limits, out_reason);
    LockResult lock_result;
    if (const Code code = tail_lock_.lock(me_, limits, lock_result); code != Code::OK)
        return code;
    TailCursor cursor = load_cursor(control().tail);
    if (!sound(cursor, need) || !at_end(cursor) || control().waiters.shutdown.load(relaxed) != 0 ||
        !room(cursor.sequence))
        return append_locked(cursor, messages[0], limits, out_reason);

    // The first record last: as long as its word is EMPTY, nobody looks behind it.
    const std::uint64_t first = cursor.offset;
    cursor.offset += need;
    cursor.sequence++;
    std::uint64_t done = 1;
    for (const std::uint64_t last = std::min(count, batch_items_max); done < last; done++) {
        const Message &message = messages[done];
        if (cursor.offset - first >= batch_bytes_max || message.size > copy_inside_max ||
            !sound(cursor, record_size(message.size)) || !room(cursor.sequence))
            break;
        image_.window().fetch_to_write(cursor.offset + fetch_distance);
        image_.shape(cursor.offset).store(RecordShape::of(message.size, message.type).bits, relaxed);
        write_payload(cursor.offset, message);
        // SYNC item-commit: release, like the first one's, from which alone these can be reached.
        image_.word(cursor.offset).store(RecordWord::of(RecordState::ready, 0, nobody).bits, release);
        cursor.offset += record_size(message.size);
        cursor.sequence++;
    }
    image_.shape(first).store(RecordShape::of(messages[0].size, messages[0].type).bits, relaxed);
    write_payload(first, messages[0]);
    image_.word(cursor.offset).store(RecordWord{}.bits, relaxed); // before the commit, as in commit()
    // SYNC item-commit: the one store that commits all of them.
    image_.word(first).store(RecordWord::of(RecordState::ready, 0, nobody).bits, release);
    TEST_POINT("put_committed");
    store_cursor(control().tail, cursor);
    bump(own_slot().puts, done);
    tail_lock_.unlock();
    out_count = done;
    return Code::OK;
}

Code Log::take_many(const TakeRequest &request, bool lease, const WaitLimits &limits, TakenRecord *out,
                    std::uint64_t count, std::uint64_t &out_count) noexcept
{
    out_count = 0;
    if (const Code code = lock_head(limits); code != Code::OK)
        return code;
    HeadCursor cursor = load_cursor(control().head);
    RecordWord word;
    if (const Code code = find_ready(cursor, word, out[0].left_segment); code != Code::OK)
        return code;
    auto *const buffer = static_cast<char *>(request.buffer);
    std::uint64_t done = 0, used = 0;
    for (count = std::min(count, batch_items_max); done < count; done++) {
        RecordShape shape;
        std::uint64_t next = 0;
        // SYNC item-commit: acquire, shape and payload are read next.
        word.bits = image_.word(cursor.offset).load(acquire);
        image_.fetch(cursor.offset + fetch_distance);
        if (!word.is(RecordState::ready) || !image_.next_record(cursor.offset, next, shape))
            break;
        const std::uint64_t size = shape.size(); // the checked value: never loaded again
        if (!request.accepts(shape.type()) || used > request.capacity || size > request.capacity - used ||
            (!lease && (size > copy_inside_max || used >= batch_bytes_max)))
            break;
        out[done].offset = cursor.offset;
        out[done].sequence = cursor.sequence;
        out[done].size = size;
        out[done].type = shape.type();
        out[done].deliveries = word.deliveries();
        out[done].leased = lease;
        if (lease) {
            mark_taken(cursor.offset, word);
        } else {
            copy_payload(buffer + used, cursor.offset, size);
            // SYNC item-finish: release, so that nobody recycles these bytes before they were copied.
            image_.word(cursor.offset).store(word.with(RecordState::done, me_.self()).bits, release);
        }
        used += batch_step(size);
        cursor.offset = next;
        cursor.sequence++;
        if (cursor.zone != 0)
            cursor.zone--;
    }
    if (done == 0) { // it is large, or something is wrong with it
        const Code code = take_found(cursor, word, request, lease, out[0]);
        out_count = code == Code::OK ? 1 : 0;
        return code;
    }
    TEST_POINT("taken");
    store_cursor(control().head, cursor);
    bump(own_slot().gets, done);
    if (lease)
        bump(own_slot().leases, done);
    out[done - 1].more = !RecordWord{image_.word(cursor.offset).load(relaxed)}.is(RecordState::empty);
    head_lock_.unlock();
    if (lease) {
        used = 0;
        for (std::uint64_t i = 0; i < done; used += batch_step(out[i++].size))
            copy_payload(buffer + used, out[i].offset, out[i].size);
    }
    out_count = done;
    return Code::OK;
}

} // namespace ipcq
