// SPDX-License-Identifier: Apache-2.0
//
// Results in words, with the queue's own numbers. Like looking.cpp it takes no lock and writes nothing.
#include "queue/shared_queue.hpp"

#include <cstdio>

namespace ipcq {

namespace {

unsigned long long number(std::uint64_t n) { return n; }

} // namespace

// The memory behind an unfinished item is used until that item is finished, however many later ones are. So such items
// are the reason if they keep more memory than the ready ones.
bool SharedQueue::describe_unfinished(const Log::Usage &usage, char *buffer, std::size_t capacity) const noexcept
{
    const Owner holder = usage.oldest_holder;
    if (holder == nobody || holder.slot() >= geometry_.slot_count ||
        usage.bytes - usage.ready_bytes <= usage.ready_bytes)
        return false;
    std::uint64_t unfinished = 0;
    for (std::uint32_t i = 0; i < geometry_.slot_count; i++)
        unfinished += log_.unfinished_in(i);
    char items[80] = "1 unfinished item keeps the memory; it";
    if (unfinished > 1)
        std::snprintf(items, sizeof items, "%llu unfinished items keep the memory; the oldest", number(unfinished));
    char who[64] = "was held by a process that has ended";
    const char *remedy = "it comes back to the queue, for a consumer to take and finish";
    if (log_.me().liveness(holder) != Liveness::dead) {
        const Slot &slot = log_.slot(holder.slot());
        char command[sizeof slot.command] = {};
        for (std::size_t c = 0; c + 1 < sizeof command; c++)
            command[c] = slot.command[c].load(relaxed);
        std::snprintf(who, sizeof who, "is held by pid %d (%s)", slot.pid.load(relaxed), command);
        remedy = "finish it, give it back, or end that process";
    }
    std::snprintf(buffer, capacity, "%s is full by bytes (%llu of capacity_bytes %llu): %s %s: %s.", title(),
                  number(usage.bytes), number(geometry_.capacity_bytes), items, who, remedy);
    return true;
}

// False if the reason is not to be seen: this process cannot look, or the queue has room again since it was found full.
bool SharedQueue::describe_full(char *buffer, std::size_t capacity) noexcept
{
    Log::Usage usage;
    if (enter() != Code::OK || log_.usage(usage) != Code::OK || log_.cut())
        return false;
    if (geometry_.max_items != 0 && !log_.room_by_items()) {
        std::snprintf(
            buffer, capacity,
            "%s is full by items (%llu of max_items %llu): wait with a deadline, take items, or make it with a "
            "larger max_items.",
            title(), number(log_.ready_items()), number(geometry_.max_items));
        return true;
    }
    if (usage.bytes < geometry_.item_max_bytes() / 2)
        return false;
    if (!describe_unfinished(usage, buffer, capacity))
        std::snprintf(buffer, capacity,
                      "%s is full by bytes (%llu of capacity_bytes %llu): wait with a deadline, take items, or make it "
                      "with a larger capacity_bytes.",
                      title(), number(usage.bytes), number(geometry_.capacity_bytes));
    return true;
}

// A process that has closed the descriptors of a queue without a name does not reach the file any more.
bool SharedQueue::describe_lost_file(char *buffer, std::size_t capacity) noexcept
{
    if (file_.get() >= 0)
        return false;
    std::snprintf(buffer, capacity, "%s cannot be reached: this process has closed its file descriptor, and %s: %s.",
                  title(), never_named_.load(relaxed) ? "nobody had asked for its name" : "its name was removed",
                  never_named_.load(relaxed) ? "ask for the name before the descriptors are closed, or make the queue "
                                               "afterwards"
                                             : "keep the name as long as the queue is used, or make the queue "
                                               "afterwards");
    return true;
}

bool SharedQueue::describe_unnamed(char *buffer, std::size_t capacity) noexcept
{
    if (!never_named_.load(relaxed) || was_named())
        return false;
    std::snprintf(buffer, capacity,
                  "%s has no name yet, and only its owner can give it one: ask for the name before the process gives "
                  "up its rights.",
                  title());
    return true;
}

void SharedQueue::describe(int code, char *buffer, std::size_t capacity) noexcept
{
    switch (static_cast<Code>(code)) {
    case Code::TOOBIG:
        std::snprintf(buffer, capacity, "%s (the largest item is %llu bytes): %s", title(),
                      number(geometry_.item_max_bytes()), sentence_of(code));
        break;
    case Code::FULL:
        if (describe_full(buffer, capacity))
            break;
        [[fallthrough]];
    case Code::TIMEDOUT:
        std::snprintf(buffer, capacity, "%s (max_items %llu, capacity_bytes %llu, items %llu): %s", title(),
                      number(geometry_.max_items), number(geometry_.capacity_bytes),
                      number(enter() == Code::OK ? log_.ready_items() : 0), sentence_of(code));
        break;
    case Code::SYSTEM:
    case Code::DENIED:
        if (static_cast<Code>(code) == Code::SYSTEM ? describe_lost_file(buffer, capacity)
                                                    : describe_unnamed(buffer, capacity))
            break;
        [[fallthrough]];
    default: std::snprintf(buffer, capacity, "%s: %s", title(), sentence_of(code));
    }
}

} // namespace ipcq
