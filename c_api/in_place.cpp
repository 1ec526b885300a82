// SPDX-License-Identifier: Apache-2.0
//
// The border, for items that are written and read where they lie.
#include "border.hpp"

using ipcq::Call;
using ipcq::Code;
using ipcq::limits_of;
using ipcq::number;

EXPORT int ipcq_reserve(ipcq_t *queue, size_t size, void **out_data, const ipcq_wait *wait)
{
    ipcq::cancellation_point();
    const Call call(queue);
    ipcq::WaitLimits limits;
    if (call.code() != Code::OK)
        return number(call.code());
    if (out_data == nullptr || limits_of(call, wait, limits) != Code::OK)
        return IPCQ_INVALID;
    return number(call->reserve(size, limits, *out_data));
}

EXPORT int ipcq_commit(ipcq_t *queue, void *data, size_t size, uint32_t type, const ipcq_wait *wait)
{
    ipcq::cancellation_point();
    const Call call(queue);
    ipcq::WaitLimits limits;
    if (call.code() != Code::OK)
        return number(call.code());
    if (data == nullptr || type > 0xffff || limits_of(call, wait, limits) != Code::OK)
        return IPCQ_INVALID;
    return number(call->commit({data, size, type}, limits));
}

EXPORT int ipcq_abandon(ipcq_t *queue, void *data)
{
    const Call call(queue);
    if (call.code() != Code::OK)
        return number(call.code());
    return data == nullptr ? IPCQ_INVALID : number(call->abandon(data));
}

EXPORT int ipcq_borrow(ipcq_t *queue, ipcq_view *out_view, uint64_t accept, const ipcq_wait *wait)
{
    ipcq::cancellation_point();
    const Call call(queue);
    ipcq::WaitLimits limits;
    if (call.code() != Code::OK)
        return number(call.code());
    if (out_view == nullptr || accept == 0 || limits_of(call, wait, limits) != Code::OK)
        return IPCQ_INVALID;
    return number(call->borrow(accept, limits, *reinterpret_cast<ipcq::View *>(out_view)));
}

EXPORT int ipcq_release(ipcq_t *queue, uint64_t ticket)
{
    const Call call(queue);
    return number(call.code() != Code::OK ? call.code() : call->release_view(ticket));
}
