// SPDX-License-Identifier: Apache-2.0
//
// Items that are written and read where they lie in the queue, without a copy.
#include "queue/attempt.hpp"

#include "log/take.hpp"

namespace ipcq {

Code SharedQueue::reserve(std::uint64_t size, const WaitLimits &limits, void *&out_data) noexcept
{
    if (const Code code = enter(); code != Code::OK)
        return code;
    return leave(reserve_now(size, limits, out_data));
}

Code SharedQueue::reserve_now(std::uint64_t size, const WaitLimits &limits, void *&out_data) noexcept
{
    if (size > geometry_.item_max_bytes())
        return Code::TOOBIG;
    Run run;
    const Code code = until_room(limits, [&](FullReason &full_reason) { return log_.reserve(size, run, full_reason); });
    if (code != Code::OK)
        return code;
    if (waiters().putters.load(relaxed) != 0)
        wake_one(waiters().putters,
                 semaphores().putters); // one wake-up brought us here, and there may be room for another
    if (!reservations_.add(run, size)) {
        log_.abandon(run);
        return Code::NOMEM;
    }
    out_data = log_.payload(run);
    return Code::OK;
}

Code SharedQueue::commit(const Message &reserved, const WaitLimits &limits) noexcept
{
    if (const Code code = enter(); code != Code::OK)
        return code;
    return leave(commit_now(reserved, limits));
}

Code SharedQueue::commit_now(const Message &reserved, const WaitLimits &limits) noexcept
{
    Reservation reservation;
    if (!reservations_.pick(log_.run_of(reserved.data), reservation))
        return Code::NOTRESERVED;
    if (reserved.size > reservation.size) {
        reservations_.restore(reservation);
        return Code::TOOBIG;
    }
    const Code code = until_room(limits, [&](FullReason &full_reason) {
        return log_.commit_run(reservation.run, reserved.size, reserved.type, limits, full_reason);
    });
    if (code != Code::OK) {
        reservations_.restore(reservation);
        return code;
    }
    reservations_.erase(reservation);
    after_put(1);
    return Code::OK;
}

Code SharedQueue::abandon(const void *reserved) noexcept
{
    if (const Code code = enter(); code != Code::OK)
        return code;
    return leave(abandon_now(reserved));
}

Code SharedQueue::abandon_now(const void *reserved) noexcept
{
    Reservation reservation;
    if (!reservations_.pick(log_.run_of(reserved), reservation))
        return Code::NOTRESERVED;
    log_.abandon(reservation.run);
    reservations_.erase(reservation);
    // A putter may wait for neighbours that lie together. It looks at no segment word before it sleeps, so a wake-up that it
    // misses costs one slice.
    wake_one(waiters().putters, semaphores().putters);
    return Code::OK;
}

Code SharedQueue::borrow(std::uint64_t accept, const WaitLimits &limits, View &out_view) noexcept
{
    if (const Code code = enter(); code != Code::OK)
        return code;
    return leave(borrow_now(accept, limits, out_view));
}

Code SharedQueue::borrow_now(std::uint64_t accept, const WaitLimits &limits, View &out_view) noexcept
{
    const TakeRequest request{nullptr, UINT64_MAX, accept, true};
    TakenRecord taken;
    const Code code = until_item(limits, [&](bool &left_segment) {
        if (!leases_.reserve())
            return Code::NOMEM;
        taken = {};
        const Code result = log_.take(request, true, limits, taken);
        left_segment = taken.left_segment;
        return result;
    });
    if (code != Code::OK) {
        if (code == Code::WRONGTYPE)
            out_view = {nullptr, {0, taken.size, taken.type, taken.deliveries}};
        return code;
    }
    after_get(1, taken.more, taken.left_segment);
    out_view = {log_.payload(taken), {0, taken.size, taken.type, taken.deliveries}};
    if ((out_view.item.ticket = leases_.add(taken.offset, taken.sequence)) == 0) {
        log_.give_back(taken.offset, taken.sequence, WaitLimits{});
        return Code::NOMEM;
    }
    return Code::OK;
}

} // namespace ipcq
