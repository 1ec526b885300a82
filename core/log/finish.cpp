// SPDX-License-Identifier: Apache-2.0
//
// The other end of a lease: given back to its old place in the order.
#include "log/log.hpp"

namespace ipcq {

Code Log::give_back(std::uint64_t offset, std::uint64_t sequence, const WaitLimits &limits) noexcept
{
    if (const Code code = lock_head(limits); code != Code::OK)
        return code;
    Word &state = image_.word(offset);
    const RecordWord word{state.load(acquire)};
    if (!word.is(RecordState::taken) || word.owner() != me_.self()) {
        head_lock_.unlock();
        return Code::NOTTAKEN;
    }
    HeadCursor head = load_cursor(control().head);
    if (sequence < head.sequence) { // no record between the two is ready
        const std::uint64_t passed = head.sequence - sequence;
        head = {offset, sequence, head.zone + passed, head.skipped + passed};
    }
    // The cursor first, already with the counts of afterwards: a kill in between leaves a TAKEN record of the dead inside the
    // zone. The other way round it would leave a READY one before the head, lost.
    head.skipped -= head.skipped != 0 ? 1 : 0;
    store_cursor(control().head, head);
    bump(own_slot().returned); // before the word: a kill in between counts one too many, which is seen as none
    state.store(word.given_back().bits, release); // SYNC item-commit: ready once more
    // The queue holds one more: producers count anew. release: a producer that sees it sees the head's cursor, too.
    control().tail.limit.store(0, release);
    bump(own_slot().nacks);
    head_lock_.unlock();
    return Code::OK;
}

} // namespace ipcq
