// SPDX-License-Identifier: Apache-2.0
//
// The slow side of an asymmetric barrier (membarrier). One thread makes every thread of this process execute a fence,
// so the fast side needs only two plain stores.
#pragma once

namespace ipcq {

// Before the cheap half is used in this process, and again in a forked child: false if the system cannot, and then it must
// not be used.
bool can_fence_all_threads() noexcept;

void fence_all_threads() noexcept;

} // namespace ipcq
