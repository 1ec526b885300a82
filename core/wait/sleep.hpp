// SPDX-License-Identifier: Apache-2.0
//
// Going to sleep and being woken. A semaphore is only a sleeping semaphore: its tokens and the number of sleepers are hints.
// A killed or stopped process may lose a token, a post after its count, or a count of sleepers. Each loss costs one
// slice, because every sleeper wakes by itself after its slice and looks at the queue.
#pragma once

#include "layout/control.hpp"
#include "wait/wait_limits.hpp"

#include <algorithm>
#include <cerrno>

namespace ipcq {

enum class Woken { called, slice_over, interrupted };

// Between a store and a look at a word that another process stores before it looks at ours: both halves of a Dekker
// handshake need this fence. On x86 a locked instruction before it is a full fence already. On ARM64 a seq_cst
// read-modify-write is none: its store may become visible after a later load.
inline void fence_before_look() noexcept
{
#if !defined(__x86_64__) && !defined(__SANITIZE_THREAD__)
    std::atomic_thread_fence(sequential);
#endif
}

// The semaphore's semaphore, put right where a wrong byte would make the C library end the process.
sem_t &sound(WaitSemaphore &semaphore) noexcept;

void wake_one_slowly(HalfWord &sleepers, WaitSemaphore &semaphore) noexcept;

// Wakes one sleeper if there is any. While a token is under way, no other sleeper is woken: the one that gets it works
// and passes the wakeup.
inline void wake_one(HalfWord &sleepers, WaitSemaphore &semaphore) noexcept
{
    if (sleepers.load(relaxed) != 0) [[unlikely]]
        wake_one_slowly(sleepers, semaphore);
}

// One sleep of at most `slice`, never past `deadline`. Thread cancellation is off (cancellation.hpp): a thread that was
// cancelled here would stay counted.
template <class Ready>
Woken sleep_on(HalfWord &sleepers, WaitSemaphore &semaphore, Nanoseconds slice, Nanoseconds deadline,
               Ready ready) noexcept
{
    // SYNC waiter-registered: counted before `ready` looks, so that either the waker sees the count or we see its change.
    sleepers.fetch_add(1, sequential);
    fence_before_look();
    int result = 0;
    const bool is_ready = ready();
    if (!is_ready) {
        const timespec until = timespec_of(std::min(now_ns() + slice, deadline));
        result = ::sem_clockwait(&sound(semaphore), CLOCK_MONOTONIC, &until) == 0 ? 0 : errno;
        if (result == 0)
            return Woken::called;                   // the waker has counted us out
        if (result != ETIMEDOUT && result != EINTR) // a sandbox that allows no such wait: sleep without being called
            ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
    }
    std::uint32_t count = sleepers.load(relaxed);
    while (count != 0 && !sleepers.compare_exchange_weak(count, count - 1, relaxed)) {
    }
    // A waker counted us out: its token is for us, if it is there already.
    const bool called = count == 0 && ::sem_trywait(&sound(semaphore)) == 0;
    if (called && result == EINTR) // the caller may leave: the next sleeper looks in our place
        wake_one(sleepers, semaphore);
    if (result == EINTR)
        return Woken::interrupted;
    return result == 0 || called ? Woken::called : Woken::slice_over;
}

// While it lives, the calling thread is counted in its participant's slot. Statistics sum the slots of living
// participants, so a killed sleeper is counted no more. Relaxed: no decision rests on the count.
class CountedWaiting {
public:
    explicit CountedWaiting(HalfWord &in_slot) noexcept : in_slot_(in_slot) { in_slot_.fetch_add(1, relaxed); }
    ~CountedWaiting() { in_slot_.fetch_sub(1, relaxed); }
    CountedWaiting(const CountedWaiting &) = delete;
    CountedWaiting &operator=(const CountedWaiting &) = delete;

private:
    HalfWord &in_slot_;
};

// Called before a look that may take a while. A process that we have woken since the last one, and that may wait for
// this processor, goes first. If nobody waits for it, the yield costs less than that look.
void give_way_to_the_woken() noexcept;

// Wakes everybody who is counted.
void wake_all(HalfWord &sleepers, WaitSemaphore &semaphore) noexcept;

} // namespace ipcq
