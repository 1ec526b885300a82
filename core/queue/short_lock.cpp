// SPDX-License-Identifier: Apache-2.0
#include "queue/short_lock.hpp"

#include "wait/fence.hpp"
#include "wait/tick.hpp"

#include <sched.h>

namespace ipcq {

namespace {

// Can another thread be made to fence? ThreadSanitizer does not see such a fence.
bool can_favour() noexcept
{
#ifdef __SANITIZE_THREAD__
    return false;
#else
    return can_fence_all_threads();
#endif
}

template <class Ready> void wait_shortly(Ready ready) noexcept
{
    for (int spins = 0; !ready(); spins++)
        spins % 64 == 63 ? static_cast<void>(::sched_yield()) : pause_processor();
}

} // namespace

// True as the favourite, false as one of everybody.
bool ShortLock::enter_slowly() noexcept
{
    std::uintptr_t favourite = nobody_yet;
    if (favourite_.load(relaxed) == nobody_yet &&
        favourite_.compare_exchange_strong(favourite, can_favour() ? this_thread() : everybody, acquire, relaxed) &&
        enter_as_favourite())
        return true;
    favourite = favourite_.load(acquire);
    if (favourite != everybody && favourite != being_taken_away &&
        favourite_.compare_exchange_strong(favourite, being_taken_away, sequential)) {
        // SYNC book-favour: from here on the favourite sees that it is none, or we see it inside.
        fence_all_threads();
        wait_shortly([&] { return !inside_.load(acquire); });
        favourite_.store(everybody, release);
    }
    wait_shortly([&] { return favourite_.load(acquire) == everybody; });
    wait_shortly([&] { return !busy_.load(relaxed) && !busy_.exchange(true, acquire); });
    return false;
}

void ShortLock::start_anew() noexcept
{
    favourite_.store(nobody_yet, relaxed);
    inside_.store(false, relaxed);
    busy_.store(false, relaxed);
}

} // namespace ipcq
