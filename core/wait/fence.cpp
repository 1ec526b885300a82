// SPDX-License-Identifier: Apache-2.0
#include "wait/fence.hpp"

#include <atomic>
#include <ctime>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace ipcq {

namespace {

bool membarrier(int command) noexcept { return ::syscall(SYS_membarrier, command, 0, 0) == 0; }

} // namespace

bool can_fence_all_threads() noexcept { return membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED); }

void fence_all_threads() noexcept
{
    if (membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED))
        return;
    membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED); // a forked child registers anew
    if (membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED) || membarrier(MEMBARRIER_CMD_GLOBAL)) // the second is slow
        return;
    // A sandbox that the process entered since forbids the call. The other threads' stores leave the store buffers of their
    // processors within microseconds, so a pause stands for the fence.
    std::atomic_thread_fence(std::memory_order_seq_cst);
    const timespec pause{0, 10'000'000};
    ::nanosleep(&pause, nullptr);
}

} // namespace ipcq
