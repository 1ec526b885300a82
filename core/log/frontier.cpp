// SPDX-License-Identifier: Apache-2.0
//
// The oldest record that is not finished. Everything before it is free to be recycled, and the queue is joined when it has
// reached the end. No process has to move it at a certain time: a joiner, a producer that wants a segment, or a reaper moves it
// before it needs it. A look that moves nothing walks on from it (look.cpp).
#include "log/log.hpp"

#include "log/test_point.hpp"

#include <algorithm>

namespace ipcq {

Code Log::advance(const WaitLimits &limits, bool &out_end) noexcept
{
    bool head_lags = false;
    out_end = false;
    Code code = advance_to_head(limits, out_end, head_lags);
    // After a give-back the head stands before records that others have finished meanwhile; no getter may come to pass
    // over them, so we do.
    if (code == Code::OK && head_lags && (code = settle_head(limits)) == Code::OK)
        code = advance_to_head(limits, out_end, head_lags);
    return code;
}

// Over one finished record, or from the end of a segment into the next one.
Log::Step Log::pass_finished(FrontierCursor &cursor) const noexcept
{
    // SYNC item-finish: acquire, what the finisher read was read before we let it be overwritten.
    const RecordWord word{image_.word(cursor.offset).load(acquire)};
    RecordShape shape;
    bool sound = true;
    if (word.is(RecordState::done)) {
        sound = image_.next_record(cursor.offset, cursor.offset, shape);
        cursor.sequence++;
    } else if (word.is(RecordState::end)) {
        sound = image_.first_of(word, cursor.offset);
    } else {
        return Step::unfinished;
    }
    return sound ? Step::passed : Step::broken;
}

Code Log::advance_to_head(const WaitLimits &limits, bool &out_end, bool &out_head_lags) noexcept
{
    LockResult lock_result; // a stolen frontier needs no repair: the walk below repeats what the dead left
    if (const Code code = frontier_lock_.lock(me_, limits, lock_result); code != Code::OK)
        return code;
    Frontier &frontier = control().frontier;
    FrontierCursor cursor = load_cursor(frontier);
    const std::uint64_t before = cursor.offset;
    // The published head bounds us: it may lag behind finished records after a kill, and it must not point into a segment
    // that was recycled. Head first, lease_chain second: a lease taken after this look lies behind this head.
    const HeadCursor head = snapshot(control().head);
    TEST_POINT("frontier_walk");
    Code code = image_.holds(cursor.offset, terminator_size) && image_.holds(head.offset, terminator_size)
                    ? Code::OK
                    : Code::CORRUPT;
    if (code == Code::OK) {
        if (frontier.lease_chain.load(acquire) < chain_at(cursor.offset)) {
            cursor = {head.offset, head.sequence}; // nothing was ever leased from here on: all before the head is done
        } else {
            Step step = Step::passed;
            std::uint64_t steps = image_.steps_max();
            while (step == Step::passed && cursor.offset != head.offset)
                step = steps-- != 0 ? pass_finished(cursor) : Step::broken;
            if (step == Step::broken)
                code = Code::CORRUPT;
        }
    }
    // While we walked, an item may have been given back, then taken again and finished. The give-back moved the head
    // back. All that we passed is done for good, but the head may stand before it. Nothing given back later lies there.
    const HeadCursor head_now = snapshot(control().head);
    if (code == Code::OK && head_now.sequence < cursor.sequence) {
        cursor = {head_now.offset, head_now.sequence};
        code = image_.holds(cursor.offset, terminator_size) ? Code::OK : Code::CORRUPT;
    }
    if (code == Code::OK) {
        if (cursor.offset != before)
            store_cursor(frontier, cursor);
        // The published tail bounds it too: a dead appender may have left it before an END that others have followed.
        const TailCursor tail = snapshot(control().tail);
        std::uint64_t limit = chain_at(cursor.offset);
        if (image_.holds(tail.offset, terminator_size))
            limit = std::min(limit, chain_at(tail.offset));
        if (limit > frontier.free_below.load(relaxed))
            frontier.free_below.store(limit, release); // SYNC segment-claim: the segments below it were left before
        const RecordWord word{image_.word(cursor.offset).load(acquire)};
        out_end = word.is(RecordState::empty);
        out_head_lags = cursor.offset == head_now.offset && (word.is(RecordState::done) || word.is(RecordState::end));
    }
    frontier_lock_.unlock();
    return code;
}

} // namespace ipcq
