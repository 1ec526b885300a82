// SPDX-License-Identifier: Apache-2.0
//
// Taking one item. As in put.cpp, the usual case has a function for itself.
#include "border.hpp"

#include <algorithm>
#include <cstdlib>

using ipcq::Call;
using ipcq::cancellation_point;
using ipcq::CancellationDisabled;
using ipcq::Code;
using ipcq::is_usual;
using ipcq::limits_of;
using ipcq::number;
using ipcq::SharedQueue;
using ipcq::until;
using ipcq::Usual;
using ipcq::UsualCall;

namespace {

// The rest of a call for which the usual case was not all.

[[gnu::noinline]] int get_slowly(ipcq_t *queue, void *buffer, size_t capacity, ipcq_item *out_item, uint64_t accept,
                                 const ipcq_wait *wait)
{
    cancellation_point();
    const Call call(queue);
    ipcq::WaitLimits limits;
    if (call.code() != Code::OK)
        return number(call.code());
    if ((buffer == nullptr && capacity != 0) || out_item == nullptr || accept == 0 ||
        limits_of(call, wait, limits) != Code::OK)
        return IPCQ_INVALID;
    ipcq::Item item;
    const Code code = call->get({buffer, capacity, accept}, limits, item);
    if (code == Code::OK || code == Code::TOOBIG || code == Code::WRONGTYPE)
        *out_item = {item.ticket, item.size, item.type, item.deliveries};
    return number(code);
}

[[gnu::noinline]] int get_slowly(ipcq_t *queue, void *buffer, size_t capacity, size_t *out_size, int64_t deadline_ns)
{
    const ipcq_wait wait = until(deadline_ns);
    ipcq_item item{};
    const int code = get_slowly(queue, buffer, capacity, out_size != nullptr ? &item : nullptr, IPCQ_ACCEPT_ALL, &wait);
    if (out_size != nullptr && (code == IPCQ_OK || code == IPCQ_TOOBIG))
        *out_size = item.size;
    return code;
}

void receive(ipcq_item *out_item, const ipcq::Item &item)
{
    *out_item = {item.ticket, item.size, item.type, item.deliveries};
}
void receive(size_t *out_size, const ipcq::Item &item) { *out_size = item.size; }

uint64_t accepted(uint64_t accept, const ipcq_wait * /*wait*/) { return accept; }
uint64_t accepted(int64_t /*deadline_ns*/) { return IPCQ_ACCEPT_ALL; }

// Goes on with a call that was handed over. `take` answers how its usual case ended.
template <class Take, class Out, class... Rest>
IPCQ_INLINE int get_entered(Take take, ipcq_t *queue, void *buffer, size_t capacity, Out *out, Rest... rest)
{
    {
        const UsualCall call(queue, UsualCall::Entered{});
        const Usual usual = take(*call.here(), ipcq::TakeRequest{buffer, capacity, accepted(rest...)},
                                 [out](const ipcq::Item &item) { receive(out, item); });
        if (usual == Usual::done) [[likely]]
            return IPCQ_OK;
        if (usual == Usual::locked)
            call.here()->unlock_head();
    }
    return get_slowly(queue, buffer, capacity, out, rest...);
}

// In a thread that holds the lock of the head. The item may be larger than the usual function copies.
template <class... Arguments> [[gnu::noinline]] int get_from_lock(Arguments... arguments)
{
    const auto take = [](SharedQueue &queue, const ipcq::TakeRequest &request, auto receive) {
        return queue.get_locked<ipcq::copy_inside_max>(request, receive);
    };
    return get_entered(take, arguments...);
}

// From a joinable queue.
template <class... Arguments> [[gnu::noinline]] int lease(Arguments... arguments)
{
    const auto take = [](SharedQueue &queue, const ipcq::TakeRequest &request, auto receive) {
        return queue.lease_at_once(request, receive);
    };
    return get_entered(take, arguments...);
}

template <class Out, class... Rest>
IPCQ_INLINE int get_usually(ipcq_t *queue, void *buffer, size_t capacity, Out *out, Rest... rest)
{
    {
        UsualCall call(queue);
        if (call.here() != nullptr && call.here()->is_attached(call.epoch())) [[likely]] {
            if (call.here()->is_joinable()) {
                call.hand_over();
                return lease(queue, buffer, capacity, out, rest...);
            }
            const Usual usual = call.here()->get_at_once({buffer, capacity, accepted(rest...)},
                                                         [out](const ipcq::Item &item) { receive(out, item); });
            if (usual == Usual::done) [[likely]]
                return IPCQ_OK;
            if (usual == Usual::locked) {
                call.hand_over();
                return get_from_lock(queue, buffer, capacity, out, rest...);
            }
        }
    }
    return get_slowly(queue, buffer, capacity, out, rest...);
}

} // namespace

EXPORT int ipcq_get_item(ipcq_t *queue, void *buffer, size_t capacity, ipcq_item *out_item, uint64_t accept,
                         const ipcq_wait *wait)
{
    if (out_item == nullptr || accept == 0 || !is_usual(wait) || buffer == nullptr || capacity == 0) [[unlikely]]
        return get_slowly(queue, buffer, capacity, out_item, accept, wait);
    return get_usually(queue, buffer, capacity, out_item, accept, wait);
}

EXPORT int ipcq_get(ipcq_t *queue, void *buffer, size_t capacity, size_t *out_size, int64_t deadline_ns)
{
    if (out_size == nullptr || deadline_ns < 0 || buffer == nullptr || capacity == 0) [[unlikely]]
        return get_slowly(queue, buffer, capacity, out_size, deadline_ns);
    return get_usually(queue, buffer, capacity, out_size, deadline_ns);
}

EXPORT int ipcq_get_alloc(ipcq_t *queue, void **out_data, ipcq_item *out_item, uint64_t accept, const ipcq_wait *wait)
{
    if (out_data == nullptr || out_item == nullptr)
        return IPCQ_INVALID;
    cancellation_point();
    const CancellationDisabled whole; // A cancelled thread would leave the memory allocated.
    ipcq_item item{};                 // The caller's does not change when no item is taken.
    // Another consumer may take the item first, and the next one may be larger. So this is repeated until one fits.
    for (std::size_t capacity = 256;;) {
        void *data = std::malloc(capacity);
        if (data == nullptr)
            return IPCQ_NOMEM;
        const int code = ipcq_get_item(queue, data, capacity, &item, accept, wait);
        if (code == IPCQ_OK || code == IPCQ_WRONGTYPE)
            *out_item = item;
        if (code == IPCQ_OK) {
            *out_data = data;
            return code;
        }
        std::free(data);
        if (code != IPCQ_TOOBIG)
            return code;
        capacity = std::max<std::size_t>(capacity, item.size);
    }
}

EXPORT void ipcq_free(void *data) { std::free(data); }
