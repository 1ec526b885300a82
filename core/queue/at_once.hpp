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

IPCQ_INLINE bool SharedQueue::put_at_once(std::uint64_t epoch, const void *data, std::uint64_t size,
                                          std::uint32_t type) noexcept
{
    if (!is_attached(epoch) || size > copy_inside_max) [[unlikely]]
        return false;
    touch_to_read(data, size);
    if (!log_.append_at_once({data, size, type})) [[unlikely]]
        return false;
    after_put(1);
    return !log_.cut(); // put() will say so
}

template <class Receive>
IPCQ_INLINE bool SharedQueue::get_at_once(std::uint64_t epoch, void *buffer, std::uint64_t capacity,
                                          std::uint64_t accept, Receive receive) noexcept
{
    if (!is_attached(epoch) || !may_take_at_once()) [[unlikely]]
        return false;
    touch_to_write(buffer, std::min(capacity, copy_inside_max));
    if (geometry_.joinable) { // by a call: what it needs would cost a plain queue's get registers
        Item item;
        if (!lease_at_once(buffer, capacity, accept, item)) [[unlikely]]
            return false;
        receive(item);
        return true;
    }
    Taken taken;
    if (!log_.take_at_once({buffer, capacity, accept}, false, taken)) [[unlikely]]
        return false;
    receive(Item{0, taken.size, taken.type, taken.deliveries});
    after_get(1, taken.more, false);
    return !log_.cut(); // get() will say so
}

IPCQ_INLINE bool SharedQueue::finish_at_once(std::uint64_t epoch, std::uint64_t ticket, Code &out_code) noexcept
{
    if (!is_attached(epoch) || !geometry_.joinable) [[unlikely]]
        return false;
    out_code = leave(finish_now(ticket));
    return true;
}

// Is there nothing to be done before an item is taken?
IPCQ_INLINE bool SharedQueue::may_take_at_once() noexcept
{
    return waiters().shutdown.load(acquire) == 0 && !look_is_due();
}

IPCQ_INLINE Code SharedQueue::finish_now(std::uint64_t ticket) noexcept
{
    std::uint64_t offset = 0;
    if (const Code code = leases_.finish(ticket, offset, log_.own_dones()); code != Code::OK) [[unlikely]]
        return code;
    if (log_.finish(offset) != Code::OK) [[unlikely]]
        return Code::CORRUPT; // the table has it, the record denies it: a peer wrote to the record
    fence_before_look();      // SYNC waiter-registered: DONE, then the look at the sleepers
    if (waiters().joiners.load(relaxed) != 0) [[unlikely]]
        wake_joiners_if_done();
    if (waiters().putters.load(relaxed) != 0) [[unlikely]]
        wake_one(waiters().putters, pills().putters); // a producer may wait for the bytes of finished items
    return Code::OK;
}

} // namespace ipcq
