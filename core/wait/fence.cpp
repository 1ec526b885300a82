// SPDX-License-Identifier: Apache-2.0
#include "wait/fence.hpp"

#include "wait/cancellation.hpp"

#include <atomic>
#include <ctime>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace ipcq {

namespace {

bool membarrier(int command) noexcept { return ::syscall(SYS_membarrier, command, 0, 0) == 0; }

// The other threads' stores leave the store buffers of their processors within microseconds.
void pause_for_the_others() noexcept
{
#ifndef __SANITIZE_THREAD__ // which knows no fences
    std::atomic_thread_fence(std::memory_order_seq_cst);
#endif
    const CancellationDisabled whole; // task_done may come here on its usual way, with a lock that others wait for
    const timespec pause{0, 10'000'000};
    ::nanosleep(&pause, nullptr);
}

} // namespace

bool can_fence_all_threads() noexcept { return membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED); }

void fence_all_threads() noexcept
{
    if (membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED))
        return;
    membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED); // a forked child registers anew
    if (membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED) || membarrier(MEMBARRIER_CMD_GLOBAL)) // the second is slow
        return;
    pause_for_the_others(); // in a sandbox that the process has entered since, and that forbids the call
}

} // namespace ipcq
