// SPDX-License-Identifier: Apache-2.0
#include "queue/biased_lock.hpp"

#include "wait/fence.hpp"
#include "wait/tick.hpp"

#include <cerrno>
#include <pthread.h>
#include <sched.h>
#include <time.h>

namespace ipcq {

namespace {

constexpr int spins_each_yield = 64, spins_max = 8 * spins_each_yield;
constexpr timespec sleep_step{0, 50'000};

// Can another thread be made to fence? ThreadSanitizer does not see such a fence.
bool can_bias() noexcept
{
#ifdef __SANITIZE_THREAD__
    return false;
#else
    return can_fence_all_threads();
#endif
}

// task_done() and the usual get come here with thread cancellation on, and nanosleep() is a cancellation point.
template <class Ready> void sleep_until(Ready ready) noexcept
{
    const int error = errno;
    int state = 0;
    ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    while (!ready())
        ::nanosleep(&sleep_step, nullptr);
    ::pthread_setcancelstate(state, nullptr);
    errno = error;
}

// A real-time thread that yields keeps the processor from a holder of lower priority, so the wait ends in sleep.
template <class Ready> void wait_until(Ready ready) noexcept
{
    for (int i = 1; i <= spins_max; i++) {
        if (ready())
            return;
        i % spins_each_yield == 0 ? static_cast<void>(::sched_yield()) : pause_processor();
    }
    sleep_until(ready);
}

} // namespace

// True: locked by the bias owner. False: locked by locked_.
bool BiasedLock::lock_slowly() noexcept
{
    std::uintptr_t owner = unowned;
    if (owner_.load(relaxed) == unowned &&
        owner_.compare_exchange_strong(owner, can_bias() ? this_thread() : shared, acquire, relaxed) && lock_as_owner())
        return true;
    owner = owner_.load(acquire);
    if (owner != shared && owner != revoking && owner_.compare_exchange_strong(owner, revoking, sequential)) {
        // SYNC bias-revocation: from here the owner sees the revocation, or this thread sees it inside.
        fence_all_threads();
        wait_until([&] { return !owner_inside_.load(acquire); });
        owner_.store(shared, release);
    }
    wait_until([&] { return owner_.load(acquire) == shared; });
    wait_until([&] { return !locked_.load(relaxed) && !locked_.exchange(true, acquire); });
    return false;
}

void BiasedLock::reset_after_fork() noexcept
{
    owner_.store(unowned, relaxed);
    owner_inside_.store(false, relaxed);
    locked_.store(false, relaxed);
}

} // namespace ipcq
