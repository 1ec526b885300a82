// SPDX-License-Identifier: Apache-2.0
//
// Trying again until there is room, or an item: the loops around every put and every get.
#pragma once

#include "queue/shared_queue.hpp"

namespace ipcq {

// A fault on the caller's memory must happen before a lock is taken. Its pages may come from a slow disk, or not at all, and the
// copy under the lock would stop all other processes meanwhile. So each page of what is copied under a lock is touched first.
inline constexpr std::uint64_t touch_step = 4096; // no page is smaller

// Do the first and the last of `size` bytes lie in different pages? A small item mostly has one page, and one touch is
// enough for it.
IPCQ_INLINE bool crosses_page(const volatile void *data, std::uint64_t size)
{
    const auto first = reinterpret_cast<std::uintptr_t>(data), last = first + size - 1;
    return (first ^ last) >= touch_step;
}

IPCQ_INLINE void touch_to_read(const void *data, std::uint64_t size)
{
    if (size == 0)
        return;
    const auto *bytes = static_cast<const volatile char *>(data);
    for (std::uint64_t at = 0; at < size; at += touch_step)
        static_cast<void>(bytes[at]);
    if (crosses_page(data, size)) // the steps miss the last page if `data` is not aligned
        static_cast<void>(bytes[size - 1]);
}

// `size`: at most what is copied under the lock.
IPCQ_INLINE void touch_to_write(void *buffer, std::uint64_t size)
{
    if (size == 0)
        return;
    auto *bytes = static_cast<volatile char *>(buffer);
    // The value is the caller's until there is an item, and may be none that was ever written.
    for (std::uint64_t at = 0; at < size; at += touch_step)
        bytes[at] = bytes[at]; // NOLINT(clang-analyzer-core.uninitialized.Assign)
    if (crosses_page(buffer, size))
        bytes[size - 1] = bytes[size - 1]; // NOLINT(clang-analyzer-core.uninitialized.Assign)
}

// A try has failed. A hostile peer could change the word for ever. So from the third failed try on, the deadline and
// the cancellation are checked first. OK: go on.
inline Code check_limits(const WaitLimits &limits, unsigned &tries, Code of_nowait) noexcept
{
    if (++tries < 3)
        return Code::OK;
    if (const Code verdict = limits.stop_reason(); verdict != Code::OK)
        return verdict;
    if (limits.deadline == nowait)
        return of_nowait;
    return limits.expired() ? Code::TIMEDOUT : Code::OK;
}

// `attempt(full_reason)` answers OK, FULL, or why it cannot be.
template <class Attempt> IPCQ_INLINE Code SharedQueue::until_room(const WaitLimits &limits, Attempt attempt) noexcept
{
    std::uint64_t free_before = 0; // what was free when a try failed: a change after it ends the wait
    PendingWakeup wakeup;
    for (unsigned tries = 0;;) {
        FullReason full_reason = FullReason::none;
        Code code = attempt(full_reason);
        if (code == Code::OK) [[likely]]
            wakeup.use(); // if room is left, after_put() wakes the next one
        if (code != Code::FULL) [[likely]]
            return code;
        if ((code = check_limits(limits, tries, Code::FULL)) != Code::OK)
            return code;
        if (full_reason != FullReason::items && free_before != log_.free_below()) {
            free_before = log_.free_below(); // noted before the next try, so that no change after it is missed
            continue;
        }
        if ((code = wait_for_room(full_reason, free_before, limits, wakeup)) != Code::OK)
            return code;
    }
}

// `attempt(left_segment)` answers OK, EMPTY, or why it cannot be.
template <class Attempt> IPCQ_INLINE Code SharedQueue::until_item(const WaitLimits &limits, Attempt attempt) noexcept
{
    if (look_is_due()) [[unlikely]]
        look_for_the_dead();
    PendingWakeup wakeup;
    for (unsigned tries = 0;;) {
        // SYNC shutdown: before the look, so that a drain never answers CLOSED past an item that was put before it.
        const std::uint32_t shutdown = waiters().shutdown.load(acquire);
        if (shutdown >= shutdown_immediate) [[unlikely]]
            return Code::CLOSED;
        // The first time the attempt itself is the look, unless it would wait for the lock.
        if (item_seen_.load(relaxed) || (tries == 0 && log_.head_is_free()) || log_.may_hold_item()) [[likely]] {
            bool left_segment = false;
            const Code code = attempt(left_segment);
            if (code == Code::OK) [[likely]] {
                wakeup.use(); // if another item stands behind, after_get() wakes the next one
                return code;
            }
            item_seen_.store(false, relaxed);
            if (left_segment)
                wake_one(waiters().putters, semaphores().putters);
            if (code != Code::EMPTY)
                return code;
        }
        if (shutdown != 0) [[unlikely]]
            return Code::CLOSED;
        if (const Code code = check_limits(limits, tries, Code::EMPTY); code != Code::OK)
            return code;
        if (const Code code = wait_for_item(limits, wakeup); code != Code::OK)
            return code;
    }
}

// A busy getter never sleeps, and may be the only one to notice that a peer died with items in its hands. In a plain queue
// only a borrowed one, or one that was being copied, can be there.
IPCQ_INLINE bool SharedQueue::look_is_due() noexcept
{
    if (look_countdown_.load(relaxed) != 0) [[likely]]
        return false;
    if (geometry_.joinable || log_.may_be_leased())
        return true;
    look_countdown_.store(stream_items, relaxed);
    return false;
}

// After `count` items went in and the tail was unlocked.
IPCQ_INLINE void SharedQueue::after_put(std::uint32_t count) noexcept
{
    put_spin_.count(count);
    const Waiters &w = waiters();
    if ((w.getters.load(relaxed) | w.putters.load(relaxed) | w.lock[0].load(relaxed)) != 0) [[unlikely]]
        wake_after_put();
}

// After `count` items came out and the head was unlocked. `more`: another stood behind the last of them.
IPCQ_INLINE void SharedQueue::after_get(std::uint32_t count, bool more, bool left_segment) noexcept
{
    // Never below zero: another thread may have used it up since this one looked.
    if (const std::uint32_t left = look_countdown_.load(relaxed); left != 0)
        look_countdown_.store(left - 1, relaxed);
    get_spin_.count(count);
    item_seen_.store(more, relaxed);
    const Waiters &w = waiters();
    if ((w.getters.load(relaxed) | w.putters.load(relaxed) | w.lock[1].load(relaxed)) != 0) [[unlikely]]
        wake_after_get(more, left_segment);
}

// What was taken becomes the caller's.
IPCQ_INLINE Code SharedQueue::received(const TakenRecord &taken, Item &out_item) noexcept
{
    out_item = {0, taken.size, taken.type, taken.deliveries};
    if (taken.leased && (out_item.ticket = leases_.add(taken.offset, taken.sequence)) == 0) [[unlikely]] {
        return_taken(taken.offset, taken.sequence);
        return Code::NOMEM;
    }
    after_get(1, taken.more, taken.left_segment);
    return Code::OK;
}

} // namespace ipcq
