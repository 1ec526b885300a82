// SPDX-License-Identifier: Apache-2.0
//
// The other end of a lease: given back to its old place in the order.
#include "log/log.hpp"

namespace ipcq {

Code Log::give_back(std::uint64_t offset, std::uint64_t sequence, const Patience &patience) noexcept
{
    if (const Code code = lock_head(patience); code != Code::OK)
        return code;
    Word &state = image_.word(offset);
    const RecordWord word{state.load(acquire)};
    if (!word.is(RecordState::taken) || word.owner() != me_.self()) {
        head_lock_.unlock();
        return Code::NOTTAKEN;
    }
    HeadCursor head = load_cursor(control().head);
    Code code = move_head_back(head, offset, sequence);
    if (code == Code::OK) {
        bump(own_slot().returned); // before the word: who dies in between has ended one too many, which is seen as none
        state.store(word.given_back().bits, release); // SYNC item-commit: ready once more
        code = recount_zone(head);
        store_cursor(control().head, head);
        control().tail.limit.store(0, relaxed); // the queue holds one more: producers count anew
        bump(own_slot().nacks);
    }
    head_lock_.unlock();
    return code;
}

} // namespace ipcq
