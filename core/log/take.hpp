// SPDX-License-Identifier: Apache-2.0
//
// The common case of taking the first ready record: it stands under the head. The rest is in take.cpp.
//
// Its state word changes first (DONE, or TAKEN by us), the cursor follows: a kill in between leaves a cursor before a record
// that is not ready, which the next getter passes over. The other way round an item would be lost behind the cursor.
#pragma once

#include "log/log.hpp"

#include "log/test_point.hpp"

#include <cstring>

namespace ipcq {

// Up to this size a plain item is copied inside the lock, which keeps its lines with the holder (twice as fast); a larger
// one is leased, copied outside, and finished then.
inline constexpr std::uint64_t copy_inside_max = 4096;

IPCQ_INLINE Code Log::take(const Demand &demand, bool lease, const Patience &patience, Taken &out) noexcept
{
    if (const Code code = lock_head(patience); code != Code::OK) [[unlikely]]
        return code;
    TEST_POINT("head_locked");
    const HeadCursor cursor = load_cursor(control().head);
    if (!image_.holds(cursor.offset, terminator_size)) [[unlikely]]
        return take_otherwise(cursor, demand, lease, out);
    // SYNC item-commit: acquire, shape and payload are read next.
    const RecordWord word{image_.word(cursor.offset).load(acquire)};
    if (!word.is(RecordState::ready)) [[unlikely]]
        return take_otherwise(cursor, demand, lease, out);
    return copy_out(cursor, word, demand, lease, out);
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

// Head locked, a ready record under the cursor; unlocks.
IPCQ_INLINE Code Log::copy_out(HeadCursor cursor, RecordWord word, const Demand &demand, bool lease,
                               Taken &out) noexcept
{
    RecordShape shape;
    const std::uint64_t here = cursor.offset;
    if (!image_.next_record(here, cursor.offset, shape)) [[unlikely]] {
        head_lock_.unlock();
        return Code::CORRUPT;
    }
    const std::uint64_t size = shape.size(); // the checked value: never loaded again
    const std::uint64_t sequence = cursor.sequence;
    const bool accepted = demand.accepts(shape.type());
    if (!accepted || size > demand.capacity) [[unlikely]] {
        head_lock_.unlock();
        out.size = size;
        out.type = shape.type();
        out.deliveries = word.deliveries();
        return accepted ? Code::TOOBIG : Code::WRONGTYPE;
    }
    if (cursor.zone != 0)
        cursor.zone--;
    cursor.sequence++;
    Word &state = image_.word(here);
    const bool outside = lease || size > copy_inside_max;
    if (!outside) {
        if (size != 0)
            std::memcpy(demand.buffer, image_.payload(here), size);
        // SYNC item-finish: release, so that nobody recycles these bytes before they were copied.
        state.store(word.with(RecordState::done, me_.self()).bits, release);
    } else {
        mark_taken(here, word);
        TEST_POINT("taken");
    }
    store_cursor(control().head, cursor);
    bump(own_slot().gets);
    if (lease)
        bump(own_slot().leases);
    const bool more =
        !RecordWord{image_.word(cursor.offset).load(relaxed)}.is(RecordState::empty); // a hint for the baton
    head_lock_.unlock();
    if (outside) {
        if (size != 0 && !demand.in_place)
            std::memcpy(demand.buffer, image_.payload(here), size);
        if (!lease) // SYNC item-finish. seq_cst: a look at the joiners follows
            state.exchange(word.with(RecordState::done, me_.self()).bits, sequential);
    }
    out.offset = here; // after the unlock, whose fence would wait for these stores
    out.sequence = sequence;
    out.size = size;
    out.type = shape.type();
    out.deliveries = word.deliveries();
    out.leased = lease;
    out.more = more;
    return Code::OK;
}

} // namespace ipcq
