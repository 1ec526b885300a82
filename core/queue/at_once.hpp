// SPDX-License-Identifier: Apache-2.0
//
// The usual case of put, get and finish: a small message, and nothing in its way. Inlined where the C functions are, since
// a call and the registers it saves cost as much as the locks. What stands in the way is left to put(), get() and finish().
#pragma once

#include "log/append.hpp"
#include "log/finish.hpp"
#include "log/take.hpp"
#include "queue/attempt.hpp"

namespace ipcq {

template <std::uint64_t size_max>
IPCQ_INLINE Usual SharedQueue::put_at_once(std::uint64_t epoch, const Message &message) noexcept
{
    if (!is_attached(epoch)) [[unlikely]]
        return Usual::not_begun;
    touch_to_read(message.data, message.size);
    if (!log_.try_lock_tail()) [[unlikely]]
        return Usual::not_begun;
    if (!log_.append_locked<size_max>(message)) [[unlikely]]
        return Usual::locked;
    if (log_.cut()) [[unlikely]]
        return Usual::not_begun; // put() will say so
    after_put(1);
    return Usual::done;
}

template <class Receive>
IPCQ_INLINE Usual SharedQueue::get_at_once(const TakeRequest &request, Receive receive) noexcept
{
    if (!may_take_at_once()) [[unlikely]]
        return Usual::not_begun;
    touch_to_write(request.buffer, std::min(request.capacity, copy_inside_max));
    if (!log_.try_lock_head()) [[unlikely]]
        return Usual::not_begun;
    return get_locked<copy_small_max>(request, receive);
}

template <std::uint64_t size_max, class Receive>
IPCQ_INLINE Usual SharedQueue::get_locked(const TakeRequest &request, Receive receive) noexcept
{
    TakenRecord taken;
    if (!log_.take_locked<size_max>(request, false, taken)) [[unlikely]]
        return Usual::locked;
    if (log_.cut()) [[unlikely]]
        return Usual::not_begun; // get() will say so
    receive(Item{0, taken.size, taken.type, taken.deliveries});
    after_get(1, taken.more, false);
    return Usual::done;
}

template <class Receive>
IPCQ_INLINE Usual SharedQueue::lease_at_once(const TakeRequest &request, Receive receive) noexcept
{
    if (!may_take_at_once()) [[unlikely]]
        return Usual::not_begun;
    touch_to_write(request.buffer, std::min(request.capacity, copy_inside_max));
    if (!leases_.reserve() || !log_.try_lock_head()) [[unlikely]]
        return Usual::not_begun;
    TakenRecord taken;
    if (!log_.take_locked<copy_inside_max>(request, true, taken)) [[unlikely]]
        return Usual::locked;
    Item item;
    if (received(taken, item) != Code::OK || log_.cut()) [[unlikely]]
        return Usual::not_begun; // get() will say so
    receive(item);
    return Usual::done;
}

IPCQ_INLINE bool SharedQueue::end_lease_at_once(std::uint64_t ticket, std::uint64_t &out_offset) noexcept
{
    return leases_.finish_at_once(ticket, out_offset, log_.own_dones());
}

// Is there nothing to be done before an item is taken?
IPCQ_INLINE bool SharedQueue::may_take_at_once() noexcept
{
    return waiters().shutdown.load(acquire) == 0 && !look_is_due();
}

// The lease is ended. The look at the sleepers follows.
IPCQ_INLINE Code SharedQueue::finish_record(std::uint64_t offset) noexcept
{
    if (log_.finish(offset) != Code::OK) [[unlikely]]
        return Code::CORRUPT; // the table has it, the record denies it: a peer wrote to the record
    fence_before_look();      // SYNC waiter-registered: DONE, then the look at the sleepers
    return Code::OK;
}

// Else after_finish() has work: a process waits for finished items or their bytes, or the file was cut.
IPCQ_INLINE bool SharedQueue::ends_after_finish() const noexcept
{
    return (waiters().joiners.load(relaxed) | waiters().putters.load(relaxed)) == 0 && !log_.cut();
}

} // namespace ipcq
