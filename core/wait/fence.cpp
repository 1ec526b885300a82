// SPDX-License-Identifier: Apache-2.0
#include "wait/fence.hpp"

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
    if (!membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED))
        membarrier(MEMBARRIER_CMD_GLOBAL); // slow, and needs no memory
}

} // namespace ipcq
