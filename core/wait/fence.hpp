// SPDX-License-Identifier: Apache-2.0
//
// A fence in all threads of this process, made by one of them (membarrier): the dear half of a handshake whose other half,
// on the way of every call, then costs two plain stores.
#pragma once

namespace ipcq {

// Before the cheap half is used in this process, and again in a forked child: false if the system cannot, and then it must
// not be used.
bool can_fence_all_threads() noexcept;

void fence_all_threads() noexcept;

} // namespace ipcq
