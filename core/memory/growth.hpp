// SPDX-License-Identifier: Apache-2.0
//
// Memory for parts of a file, and back. A page that was not allocated is never touched: on a full file system that
// would kill the process by SIGBUS, where this answers NOSPACE.
#pragma once

#include "error.hpp"

#include <cstdint>

namespace ipcq {

inline constexpr std::uint64_t allocation_step_max = 1 << 20;

// Gives memory to [offset, offset + size) in steps of at most 1 MiB, so that a signal or a kill costs little. Idempotent;
// extends the file, never shrinks it, hence safe beside other growers. NOSPACE, FILELIMIT, DENIED or SYSTEM leave the
// contents as they were.
Code allocate(int fd, std::uint64_t offset, std::uint64_t size) noexcept;

// Takes the memory of these bytes of a shared mapping away; they read as zero afterwards. By their address, so that
// nothing is ever taken from another file. Also where this process has locked its pages (mlockall), if its limits
// permit a second mapping of these bytes for a moment. A failure leaves the memory there.
bool release_memory(void *begin, std::uint64_t size) noexcept;

} // namespace ipcq
