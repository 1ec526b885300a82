// SPDX-License-Identifier: Apache-2.0
//
// Putting one item. The usual case has a function for itself, which saves no registers: it leaves by its last jump for
// what is rare. The arguments stay in their registers for that.
#include "border.hpp"

using ipcq::Call;
using ipcq::cancellation_point;
using ipcq::Code;
using ipcq::is_usual;
using ipcq::limits_of;
using ipcq::number;
using ipcq::until;
using ipcq::Usual;
using ipcq::UsualCall;

namespace {

// The rest of a call for which the usual case was not all.

[[gnu::noinline]] int put_slowly(ipcq_t *queue, const void *data, size_t size, uint32_t type, const ipcq_wait *wait)
{
    cancellation_point();
    const Call call(queue);
    ipcq::WaitLimits limits;
    if (call.code() != Code::OK)
        return number(call.code());
    if ((data == nullptr && size != 0) || type > 0xffff || limits_of(call, wait, limits) != Code::OK)
        return IPCQ_INVALID;
    return number(call->put({data, size, type}, limits));
}

[[gnu::noinline]] int put_slowly(ipcq_t *queue, const void *data, size_t size, int64_t deadline_ns)
{
    const ipcq_wait wait = until(deadline_ns);
    return put_slowly(queue, data, size, IPCQ_TYPE_BYTES, &wait);
}

// The same in a thread that holds the lock of the tail.

void unlock_tail(ipcq_t *queue) { UsualCall(queue, UsualCall::Entered{}).here()->unlock_tail(); }

template <class... Rest> [[gnu::noinline]] int put_from_lock(ipcq_t *queue, const void *data, size_t size, Rest... rest)
{
    unlock_tail(queue);
    return put_slowly(queue, data, size, rest...);
}

template <std::uint64_t size_max, class... Rest>
IPCQ_INLINE int put_usually(ipcq_t *queue, const void *data, size_t size, uint32_t type, Rest... rest)
{
    {
        UsualCall call(queue);
        if (call.here() != nullptr) [[likely]] {
            const Usual usual = call.here()->put_at_once<size_max>(call.epoch(), {data, size, type});
            if (usual == Usual::done) [[likely]]
                return IPCQ_OK;
            if (usual == Usual::locked) {
                call.hand_over();
                return put_from_lock(queue, data, size, rest...);
            }
        }
    }
    return put_slowly(queue, data, size, rest...);
}

[[gnu::noinline]] int put_larger(ipcq_t *queue, const void *data, size_t size, int64_t deadline_ns)
{
    if (deadline_ns < 0 || data == nullptr || size - 1 >= ipcq::copy_inside_max)
        return put_slowly(queue, data, size, deadline_ns);
    return put_usually<ipcq::copy_inside_max>(queue, data, size, IPCQ_TYPE_BYTES, deadline_ns);
}

[[gnu::noinline]] int put_larger(ipcq_t *queue, const void *data, size_t size, uint32_t type, const ipcq_wait *wait)
{
    if (type > 0xffff || !is_usual(wait) || data == nullptr || size - 1 >= ipcq::copy_inside_max)
        return put_slowly(queue, data, size, type, wait);
    return put_usually<ipcq::copy_inside_max>(queue, data, size, type, type, wait);
}

} // namespace

EXPORT int ipcq_put(ipcq_t *queue, const void *data, size_t size, int64_t deadline_ns)
{
    if (deadline_ns < 0 || data == nullptr || size - 1 >= ipcq::copy_small_max) [[unlikely]]
        return put_larger(queue, data, size, deadline_ns);
    return put_usually<ipcq::copy_small_max>(queue, data, size, IPCQ_TYPE_BYTES, deadline_ns);
}

EXPORT int ipcq_put_typed(ipcq_t *queue, const void *data, size_t size, uint32_t type, const ipcq_wait *wait)
{
    if (type > 0xffff || !is_usual(wait) || data == nullptr || size - 1 >= ipcq::copy_small_max) [[unlikely]]
        return put_larger(queue, data, size, type, wait);
    return put_usually<ipcq::copy_small_max>(queue, data, size, type, type, wait);
}
