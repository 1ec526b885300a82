// SPDX-License-Identifier: Apache-2.0
//
// Put, get, finish, give back, join, shut down.
#include "queue/at_once.hpp"

#include "wait/cancellation.hpp"

#include <utility>

namespace ipcq {

Code SharedQueue::put(const Message &message, const WaitLimits &limits) noexcept
{
    Code code = enter();
    if (code != Code::OK)
        return code;
    if (message.size > geometry_.item_max_bytes())
        return Code::TOOBIG;
    touch_to_read(message.data,
                  std::min(message.size, geometry_.segment_size)); // a larger one is copied without a lock
    code = until_room(limits, [&](FullReason &full_reason) { return log_.append(message, limits, full_reason); });
    if (code == Code::OK)
        after_put(1);
    return leave(code);
}

// There is no memory for its ticket.
void SharedQueue::return_taken(std::uint64_t offset, std::uint64_t sequence) noexcept
{
    const CancellationDisabled whole; // get comes here in its usual case, and this may wait
    log_.give_back(offset, sequence, WaitLimits{});
}

Code SharedQueue::get(const TakeRequest &request, const WaitLimits &limits, Item &out_item) noexcept
{
    Code code = enter();
    if (code != Code::OK)
        return code;
    touch_to_write(request.buffer, std::min(request.capacity, copy_inside_max));
    TakenRecord taken;
    bool waited = false;
    code = until_item(limits, [&](bool &left_segment) {
        if (geometry_.joinable && !leases_.reserve())
            return Code::NOMEM;
        taken = {};
        // An item that was waited for is mostly small, and the usual way is a third of a round trip between two that spin.
        // Before the wait that way was tried.
        if (std::exchange(waited, true) && log_.take_at_once(request, geometry_.joinable, taken))
            return Code::OK;
        const Code result = log_.take(request, geometry_.joinable, limits, taken);
        left_segment = taken.left_segment;
        return result;
    });
    if (code == Code::TOOBIG || code == Code::WRONGTYPE)
        out_item = {0, taken.size, taken.type, taken.deliveries};
    return leave(code == Code::OK ? received(taken, out_item) : code);
}

Code SharedQueue::finish(std::uint64_t ticket) noexcept
{
    if (const Code code = enter(); code != Code::OK) [[unlikely]]
        return code;
    return geometry_.joinable ? finish_now(ticket) : leave(Code::NOTJOINABLE);
}

Code SharedQueue::release_view(std::uint64_t ticket) noexcept
{
    if (const Code code = enter(); code != Code::OK) [[unlikely]]
        return code;
    return finish_now(ticket);
}

Code SharedQueue::finish_now(std::uint64_t ticket) noexcept
{
    std::uint64_t offset = 0;
    const Code code = leases_.finish(ticket, offset, log_.own_dones());
    return code == Code::OK ? after_finish(finish_record(offset)) : leave(code);
}

// `code`: of finish_record().
Code SharedQueue::after_finish(Code code) noexcept
{
    if (code != Code::OK)
        return leave(code);
    if (waiters().joiners.load(relaxed) != 0)
        wake_joiners_if_done();
    wake_one(waiters().putters, semaphores().putters); // a producer may wait for the bytes of finished items
    return leave(Code::OK);
}

Code SharedQueue::give_back(std::uint64_t ticket) noexcept
{
    if (const Code code = enter(); code != Code::OK) [[unlikely]]
        return code;
    return leave(give_back_now(ticket));
}

Code SharedQueue::give_back_now(std::uint64_t ticket) noexcept
{
    if (!geometry_.joinable)
        return Code::NOTJOINABLE;
    Lease lease;
    if (const Code code = leases_.pick(ticket, lease); code != Code::OK)
        return code;
    const Code code = log_.give_back(lease.offset, lease.sequence, WaitLimits::until(nowait));
    if (code != Code::OK && code != Code::NOTTAKEN) { // the item is still ours, and so is its ticket
        leases_.restore(lease);
        return code;
    }
    leases_.erase(lease);
    if (code == Code::NOTTAKEN)
        return Code::CORRUPT;
    wake_one(waiters().getters, semaphores().getters);
    return code;
}

Code SharedQueue::join(const WaitLimits &limits) noexcept
{
    if (const Code code = enter(); code != Code::OK) [[unlikely]]
        return code;
    return leave(join_now(limits));
}

Code SharedQueue::join_now(const WaitLimits &limits) noexcept
{
    if (!geometry_.joinable)
        return Code::NOTJOINABLE;
    Code detail = Code::OK;
    const auto all_finished = [&] {
        // What is given back after an immediate shutdown has nobody left to take it.
        if (waiters().shutdown.load(acquire) >= shutdown_immediate)
            detail = log_.discard(limits);
        bool end = false;
        if (detail == Code::OK)
            detail = log_.advance(limits, end);
        return end || detail != Code::OK;
    };
    bool items = false;
    const Code asked = clean_up_if_due(true, items);
    PendingWakeup ignored; // all joiners are woken at once
    for (;;) {
        if (all_finished())
            return detail == Code::BUSY ? Code::TIMEDOUT : detail;
        if (asked != Code::OK) // it may wait for a dead worker, and would never learn of it
            return asked;
        if (limits.expired() || limits.deadline == nowait)
            return Code::TIMEDOUT;
        const CountedWaiting counted(log_.own_waiting().joiners);
        if (const Code code =
                sleep(waiters().joiners, semaphores().joiners, limits, all_finished, all_finished, ignored);
            code != Code::OK)
            return code;
    }
}

Code SharedQueue::shutdown(std::uint32_t mode) noexcept
{
    if (const Code code = enter(); code != Code::OK) [[unlikely]]
        return code;
    return leave(shutdown_now(mode));
}

Code SharedQueue::shutdown_now(std::uint32_t mode) noexcept
{
    const WaitLimits limits = WaitLimits::until(nowait);
    Code code = log_.refuse_appends(mode, limits);
    // The word is set: the queue is shut down, even if another process keeps the head's lock now. Joiners discard what
    // is left.
    if (code == Code::OK && mode >= shutdown_immediate && (code = log_.discard(limits)) == Code::BUSY)
        code = Code::OK;
    wake_all(waiters().getters, semaphores().getters);
    wake_all(waiters().putters, semaphores().putters);
    wake_all(waiters().joiners, semaphores().joiners);
    return code;
}

void SharedQueue::wake_for_close() noexcept
{
    if (!is_attached(fork_epoch()))
        return;
    wake_all(waiters().getters, semaphores().getters); // also other processes' waiters: they look and sleep on
    wake_all(waiters().putters, semaphores().putters);
    wake_all(waiters().joiners, semaphores().joiners);
}

} // namespace ipcq
