// SPDX-License-Identifier: Apache-2.0
#include "wait/sleep.hpp"

namespace ipcq {

namespace {

bool count_one_out(HalfWord &sleepers) noexcept
{
    std::uint32_t count = sleepers.load(relaxed);
    while (count != 0 && !sleepers.compare_exchange_weak(count, count - 1, relaxed)) {
    }
    return count != 0;
}

} // namespace

void wake_one_slowly(HalfWord &sleepers, Pill &pill) noexcept
{
    int tokens = 0;
    ::sem_getvalue(&pill.semaphore, &tokens);
    if (tokens >= 1)
        return;
    if (count_one_out(sleepers)) // count first: a post without it would be one token too many for ever
        ::sem_post(&pill.semaphore);
}

void wake_all(HalfWord &sleepers, Pill &pill) noexcept
{
    for (std::uint32_t count = sleepers.load(relaxed); count != 0 && count_one_out(sleepers); count--)
        ::sem_post(&pill.semaphore);
}

} // namespace ipcq
