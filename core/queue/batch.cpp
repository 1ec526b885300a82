// SPDX-License-Identifier: Apache-2.0
//
// Put and get of many items: wait for the first, then take what goes without waiting.
#include "queue/attempt.hpp"

namespace ipcq {

namespace {

// The message of a batch that can never fit ends it: those before it are put, and it is told when it is the first.
std::uint64_t fitting(const Message *messages, std::uint64_t count, const Geometry &geometry)
{
    std::uint64_t fit = 0;
    while (fit < count && messages[fit].size <= geometry.item_max_bytes()) {
        touch_to_read(messages[fit].data, std::min(messages[fit].size, geometry.segment_size));
        fit++;
    }
    return fit;
}

} // namespace

Code SharedQueue::put_many(const Message *messages, std::uint64_t count, const WaitLimits &limits,
                           std::uint64_t &out_count) noexcept
{
    if (const Code code = enter(); code != Code::OK) [[unlikely]]
        return code;
    return leave(put_many_now(messages, count, limits, out_count));
}

Code SharedQueue::put_many_now(const Message *messages, std::uint64_t count, const WaitLimits &limits,
                               std::uint64_t &out_count) noexcept
{
    std::uint64_t done = 0;
    WaitLimits wait = limits; // for the first one; the others must go at once
    while (done < count) {
        const std::uint64_t fit = fitting(messages + done, std::min(count - done, batch_items_max), geometry_);
        if (fit == 0 && done == 0)
            return Code::TOOBIG;
        if (fit == 0)
            break;
        std::uint64_t put = 0;
        const auto attempt = [&](FullReason &full_reason) {
            return log_.append_many(messages + done, fit, wait, full_reason, put);
        };
        FullReason ignored = FullReason::none;
        const Code code = done == 0 ? until_room(wait, attempt) : attempt(ignored);
        if (code != Code::OK && done == 0)
            return code;
        if (code != Code::OK)
            break;
        done += put;
        after_put(static_cast<std::uint32_t>(put));
        wait.deadline = nowait;
    }
    out_count = done;
    return Code::OK;
}

Code SharedQueue::get_many(const TakeRequest &request, const WaitLimits &limits, View *views, std::uint64_t count,
                           std::uint64_t &out_count) noexcept
{
    if (const Code code = enter(); code != Code::OK) [[unlikely]]
        return code;
    return leave(get_many_now(request, limits, views, count, out_count));
}

Code SharedQueue::get_many_now(const TakeRequest &request, const WaitLimits &limits, View *views, std::uint64_t count,
                               std::uint64_t &out_count) noexcept
{
    std::uint64_t done = 0;
    WaitLimits wait = limits;
    TakeRequest rest = request;
    for (bool more = true; done < count && more;) {
        touch_to_write(rest.buffer, std::min(rest.capacity, batch_bytes_max + copy_inside_max));
        TakenRecord taken[batch_items_max];
        std::uint64_t got = 0;
        const std::uint64_t wanted = std::min(count - done, batch_items_max);
        if (geometry_.joinable && !leases_.reserve(wanted)) {
            if (done == 0)
                return Code::NOMEM;
            break;
        }
        const auto attempt = [&](bool &out_left_segment) {
            const Code code = log_.take_many(rest, geometry_.joinable, wait, taken, wanted, got);
            out_left_segment = taken[0].left_segment;
            return code;
        };
        bool left_segment = false;
        const Code code = done == 0 ? until_item(wait, attempt) : attempt(left_segment);
        if (code != Code::OK && done == 0) {
            if (code == Code::TOOBIG || code == Code::WRONGTYPE)
                views[0] = {nullptr, {0, taken[0].size, taken[0].type, taken[0].deliveries}};
            return code;
        }
        if (code != Code::OK) {
            if (left_segment) // as until_item() does for the first
                wake_one(waiters().putters, semaphores().putters);
            break;
        }
        more = taken[got - 1].more;
        after_get(static_cast<std::uint32_t>(got), more, taken[0].left_segment);
        for (std::uint64_t i = 0; i < got; i++) {
            View &view = views[done];
            view = {rest.buffer, {0, taken[i].size, taken[i].type, taken[i].deliveries}};
            if (geometry_.joinable && (view.item.ticket = leases_.add(taken[i].offset, taken[i].sequence)) == 0) {
                // Other threads used the room up, and there is no memory for more.
                for (; i < got; i++)
                    log_.give_back(taken[i].offset, taken[i].sequence, WaitLimits{});
                more = false;
                break;
            }
            done++;
            const std::uint64_t step = std::min(batch_step(taken[i].size), rest.capacity);
            rest.buffer = static_cast<char *>(rest.buffer) + step;
            rest.capacity -= step;
        }
        wait.deadline = nowait;
    }
    out_count = done;
    return done != 0 ? Code::OK : Code::NOMEM;
}

} // namespace ipcq
