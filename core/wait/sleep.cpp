// SPDX-License-Identifier: Apache-2.0
#include "wait/sleep.hpp"

#include <cstring>
#include <sched.h>

namespace ipcq {

namespace {

// The count is a hint, and may say anything; a sleeper that is not woken here looks again after its slice.
constexpr std::uint32_t posts_max = 65536;

// A thread of this process has woken somebody, and has not given way since.
std::atomic<bool> posted{false};

bool count_one_out(HalfWord &sleepers) noexcept
{
    std::uint32_t count = sleepers.load(relaxed);
    while (count != 0 && !sleepers.compare_exchange_weak(count, count - 1, relaxed)) {
    }
    return count != 0;
}

// Beside sleepers every item asks: a load where a call would cost more than the item. The C library of FORMAT.md's
// fingerprint has the value in the first half word.
bool token_under_way(WaitSemaphore &semaphore) noexcept
{
#if defined(__GLIBC__) && defined(__x86_64__)
    return __atomic_load_n(reinterpret_cast<const std::uint32_t *>(&semaphore.native), __ATOMIC_RELAXED) != 0;
#else
    int tokens = 0;
    return ::sem_getvalue(&sound(semaphore), &tokens) == 0 && tokens >= 1;
#endif
}

} // namespace

// A semaphore's first 8 bytes are its value and its sleepers; any number there is harmless. Behind them glibc keeps what
// becomes part of a system call's operation, and ends the process if the system does not know it. The right bytes are made
// anew each time: a static object with a guard would hang a child that was forked while another thread made it.
sem_t &sound(WaitSemaphore &semaphore) noexcept
{
    sem_t fresh{};
    ::sem_init(&fresh, 1, 0);
    constexpr std::size_t counts = 8;
    static_assert(sizeof(void *) == 8, "another word size has another sem_t: see which of its bytes may be any");
    auto *here = reinterpret_cast<unsigned char *>(&semaphore.native) + counts;
    const auto *right = reinterpret_cast<const unsigned char *>(&fresh) + counts;
    if (std::memcmp(here, right, sizeof fresh - counts) != 0)
        std::memcpy(here, right, sizeof fresh - counts);
    return semaphore.native;
}

void wake_one_slowly(HalfWord &sleepers, WaitSemaphore &semaphore) noexcept
{
    if (token_under_way(semaphore))
        return;
    if (count_one_out(sleepers)) { // count first: a post without it would be one token too many for ever
        ::sem_post(&sound(semaphore));
        posted.store(true, relaxed);
    }
}

void give_way_to_the_woken() noexcept
{
    if (posted.load(relaxed)) {
        posted.store(false, relaxed);
        ::sched_yield();
    }
}

void wake_all(HalfWord &sleepers, WaitSemaphore &semaphore) noexcept
{
    std::uint32_t left = std::min(sleepers.load(relaxed), posts_max);
    while (left-- != 0 && count_one_out(sleepers) && ::sem_post(&sound(semaphore)) == 0) {
    }
}

} // namespace ipcq
