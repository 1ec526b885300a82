// SPDX-License-Identifier: Apache-2.0
//
// The state of a queue for its user. Nothing here takes a lock, writes the queue, or touches memory that another process may
// give back to the system.
#include "queue/shared_queue.hpp"

#include <sys/stat.h>

namespace ipcq {

Code SharedQueue::size(std::uint64_t &out_items) noexcept
{
    if (const Code code = enter(); code != Code::OK)
        return code;
    out_items = log_.ready_items();
    return leave_after_look();
}

Code SharedQueue::full(bool &out_full) noexcept
{
    if (const Code code = enter(); code != Code::OK)
        return code;
    if (geometry_.max_items != 0) {
        out_full = !log_.room_by_items();
        return leave_after_look();
    }
    std::uint64_t used = log_.used_bytes_at_most(); // mostly this is the answer already
    const Code code = used >= geometry_.item_max_bytes() ? log_.used_bytes(used) : Code::OK;
    out_full = used >= geometry_.item_max_bytes();
    return code == Code::OK ? leave_after_look() : leave(code);
}

Code SharedQueue::statistics(Statistics &out) noexcept
{
    if (const Code code = enter(); code != Code::OK)
        return code;
    out = {};
    for (std::uint32_t i = 0; i < geometry_.slot_count; i++) {
        const Slot &slot = log_.slot(i);
        out.puts += slot.puts.load(relaxed);
        out.gets += slot.gets.load(relaxed);
        out.dones += slot.dones.load(relaxed);
        out.nacks += slot.nacks.load(relaxed);
        out.recovered += slot.recovered.load(relaxed);
        if (!life_of(slot).is_clean()) {
            const Liveness liveness = log_.me().liveness_of_slot(i);
            if (liveness == Liveness::unknown)
                return leave(Code::SYSTEM);
            out.taken += log_.unfinished_in(i);
            if (liveness == Liveness::alive) {
                out.participants++;
                out.getters_waiting += slot.waiting.getters.load(relaxed);
                out.putters_waiting += slot.waiting.putters.load(relaxed);
                out.joiners_waiting += slot.waiting.joiners.load(relaxed);
            }
        }
    }
    out.items = log_.ready_items();
    if (const Code code = log_.used_bytes(out.bytes_used); code != Code::OK)
        return leave(code);
    struct stat status {};
    if (file_.look(status))
        out.bytes_backed = static_cast<std::uint64_t>(status.st_blocks) * 512;
    out.max_items = geometry_.max_items;
    out.capacity_bytes = geometry_.capacity_bytes;
    out.item_max_bytes = geometry_.item_max_bytes();
    out.slot_count = geometry_.slot_count;
    out.joinable = geometry_.joinable;
    out.shutdown = waiters().shutdown.load(relaxed);
    return leave_after_look();
}

Code SharedQueue::participants(ParticipantReport *array, std::size_t capacity, std::size_t &out_count) noexcept
{
    if (const Code code = enter(); code != Code::OK)
        return code;
    out_count = 0;
    for (std::uint32_t i = 0; i < geometry_.slot_count; i++) {
        const Slot &slot = log_.slot(i);
        if (life_of(slot).is_clean())
            continue;
        const Liveness liveness = log_.me().liveness_of_slot(i);
        if (liveness == Liveness::unknown)
            return leave(Code::SYSTEM);
        if (out_count < capacity) {
            ParticipantReport &report = array[out_count];
            report = {};
            report.slot = i;
            report.pid = slot.pid.load(relaxed);
            report.alive = liveness == Liveness::alive;
            report.self = i == log_.me().slot_index();
            report.puts = slot.puts.load(relaxed);
            report.gets = slot.gets.load(relaxed);
            report.dones = slot.dones.load(relaxed);
            report.taken = log_.unfinished_in(i);
            for (std::size_t c = 0; c + 1 < sizeof report.command; c++)
                report.command[c] = slot.command[c].load(relaxed);
        }
        out_count++;
    }
    return leave_after_look();
}

} // namespace ipcq
