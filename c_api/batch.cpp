// SPDX-License-Identifier: Apache-2.0
//
// The border, for many items at once.
#include "border.hpp"

using ipcq::Call;
using ipcq::Code;
using ipcq::limits_of;
using ipcq::number;

EXPORT int ipcq_put_many(ipcq_t *queue, const ipcq_message *messages, size_t count, size_t *out_count,
                         const ipcq_wait *wait)
{
    ipcq::cancellation_point();
    const Call call(queue);
    ipcq::WaitLimits limits;
    if (call.code() != Code::OK) [[unlikely]]
        return number(call.code());
    if ((messages == nullptr && count != 0) || out_count == nullptr || limits_of(call, wait, limits) != Code::OK)
        return IPCQ_INVALID;
    for (std::size_t i = 0; i < count; i++)
        if ((messages[i].data == nullptr && messages[i].size != 0) || messages[i].type > 0xffff ||
            messages[i].reserved != 0)
            return IPCQ_INVALID;
    std::uint64_t put = 0;
    const Code code = call->put_many(reinterpret_cast<const ipcq::Message *>(messages), count, limits, put);
    if (code == Code::OK)
        *out_count = put;
    return number(code);
}

EXPORT int ipcq_get_many(ipcq_t *queue, void *buffer, size_t capacity, ipcq_view *views, size_t max_views,
                         size_t *out_count, uint64_t accept, const ipcq_wait *wait)
{
    ipcq::cancellation_point();
    const Call call(queue);
    ipcq::WaitLimits limits;
    if (call.code() != Code::OK) [[unlikely]]
        return number(call.code());
    if ((buffer == nullptr && capacity != 0) || views == nullptr || max_views == 0 || out_count == nullptr ||
        accept == 0 || limits_of(call, wait, limits) != Code::OK)
        return IPCQ_INVALID;
    std::uint64_t got = 0;
    const Code code =
        call->get_many({buffer, capacity, accept}, limits, reinterpret_cast<ipcq::View *>(views), max_views, got);
    if (code == Code::OK)
        *out_count = got;
    return number(code);
}
