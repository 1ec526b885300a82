// SPDX-License-Identifier: Apache-2.0
//
// The border, for the functions that look at a queue and change nothing.
#include "border.hpp"

#include <cstdlib>
#include <cstring>

using ipcq::Call;
using ipcq::Code;
using ipcq::number;

EXPORT int ipcq_size(ipcq_t *queue, uint64_t *out_items)
{
    const Call call(queue);
    if (call.code() != Code::OK || out_items == nullptr)
        return out_items == nullptr ? IPCQ_INVALID : number(call.code());
    std::uint64_t items = 0;
    const Code code = call->size(items);
    if (code == Code::OK)
        *out_items = items;
    return number(code);
}

EXPORT int ipcq_empty(ipcq_t *queue, int *out_empty)
{
    uint64_t items = 0;
    if (out_empty == nullptr)
        return IPCQ_INVALID;
    const int code = ipcq_size(queue, &items);
    if (code == IPCQ_OK)
        *out_empty = items == 0;
    return code;
}

EXPORT int ipcq_full(ipcq_t *queue, int *out_full)
{
    const Call call(queue);
    if (call.code() != Code::OK || out_full == nullptr)
        return out_full == nullptr ? IPCQ_INVALID : number(call.code());
    bool full = false;
    const Code code = call->full(full);
    if (code == Code::OK)
        *out_full = full;
    return number(code);
}

EXPORT int ipcq_stat(ipcq_t *queue, ipcq_stats *stats)
{
    const Call call(queue);
    if (call.code() != Code::OK || stats == nullptr)
        return stats == nullptr ? IPCQ_INVALID : number(call.code());
    const std::size_t size = stats->struct_size;
    if (size < offsetof(ipcq_stats, items) + sizeof stats->items || size > 4096)
        return IPCQ_INVALID;
    ipcq::Statistics s;
    if (const Code code = call->statistics(s); code != Code::OK)
        return number(code);
    ipcq_stats full = {};
    full.struct_size = size;
    full.items = s.items;
    full.taken = s.taken;
    full.bytes_used = s.bytes_used;
    full.bytes_backed = s.bytes_backed;
    full.puts = s.puts;
    full.gets = s.gets;
    full.dones = s.dones;
    full.nacks = s.nacks;
    full.redelivered = s.nacks + s.recovered;
    full.recovered = s.recovered;
    full.participants = s.participants;
    full.getters_waiting = s.getters_waiting;
    full.putters_waiting = s.putters_waiting;
    full.joiners_waiting = s.joiners_waiting;
    full.max_items = s.max_items;
    full.capacity_bytes = s.capacity_bytes;
    full.item_max_bytes = s.item_max_bytes;
    full.max_participants = s.slot_count;
    full.joinable = s.joinable ? 1 : 0;
    full.shutdown = s.shutdown;
    std::memset(stats, 0, size); // a newer caller's fields that this version does not know read as zero
    std::memcpy(stats, &full, size < sizeof full ? size : sizeof full);
    return IPCQ_OK;
}

EXPORT int ipcq_participants(ipcq_t *queue, ipcq_participant *array, size_t capacity, size_t *out_count)
{
    const Call call(queue);
    if (call.code() != Code::OK)
        return number(call.code());
    if ((array == nullptr && capacity != 0) || out_count == nullptr)
        return IPCQ_INVALID;
    static_assert(ipcq::slot_count_max <= 4096, "the reports fit on the heap in one piece");
    const std::size_t wanted = capacity < ipcq::slot_count_max ? capacity : ipcq::slot_count_max;
    auto *reports = static_cast<ipcq::ParticipantReport *>(std::calloc(wanted + 1, sizeof(ipcq::ParticipantReport)));
    if (reports == nullptr)
        return IPCQ_NOMEM;
    std::size_t count = 0;
    const Code code = call->participants(reports, wanted, count);
    if (code == Code::OK)
        *out_count = count;
    for (std::size_t i = 0; code == Code::OK && i < wanted && i < count; i++) {
        const ipcq::ParticipantReport &r = reports[i];
        array[i] = {r.slot, r.pid, r.alive ? 1u : 0u, r.self ? 1u : 0u, r.taken, r.puts, r.gets, r.dones, {}};
        std::memcpy(array[i].command, r.command, sizeof array[i].command);
    }
    std::free(reports);
    return number(code);
}
