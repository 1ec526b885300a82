// SPDX-License-Identifier: Apache-2.0
//
// Growth of a private table while another thread may fork. The child gets the memory as it is at that instant.
#pragma once

#include "layout/word.hpp"

#include <cstdlib>

namespace ipcq {

// The caller has filled `fresh` and holds the table's lock.
template <class Block> void replace_block(std::atomic<Block *> &address, Block *fresh) noexcept
{
    Block *old = address.load(relaxed);
    // SYNC table-growth: release, a child that has the new address has the block's content.
    address.store(fresh, release);
#ifndef __SANITIZE_THREAD__ // it knows no fence, and a forked child is not its concern
    // SYNC table-growth: a child whose malloc() owns the old block has the new address.
    std::atomic_thread_fence(release);
#endif
    std::free(old);
}

} // namespace ipcq
