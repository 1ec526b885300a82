// SPDX-License-Identifier: Apache-2.0
//
// The usual end of a lease, by one store of its holder, without a lock. The other one is in finish.cpp.
#pragma once

#include "log/log.hpp"

namespace ipcq {

IPCQ_INLINE Code Log::finish(std::uint64_t offset) noexcept
{
    Word &state = image_.word(offset);
    const RecordWord word{state.load(relaxed)}; // relaxed: only we change a word that is TAKEN by us
    if (!word.is(RecordState::taken) || word.owner() != me_.self())
        return Code::NOTTAKEN;
    // SYNC item-finish: release, so that our reads of the payload come before the bytes are overwritten. seq_cst: on x86 this
    // locked instruction is the fence before the caller's look at the sleepers.
    std::uint64_t before = word.bits; // not the word itself, which would have to be in memory
    if (!state.compare_exchange_strong(before, word.with(RecordState::done, me_.self()).bits, sequential, relaxed))
        return Code::NOTTAKEN;
    return Code::OK;
}

} // namespace ipcq
