// SPDX-License-Identifier: Apache-2.0
#include "notes.h"

#include <cstdarg>
#include <cstdio>

namespace sweep {

void Notes::clear()
{
    delivery_count = put_count = complaint_count = 0;
    expected_count = 0;
    shutdown = 0;
    accepted = 0;
    beside = 0;
    dead_generation = 0;
    for (std::uint32_t role = 0; role < roles; role++) {
        result[role] = not_returned;
        done[role] = 0;
        slices[role] = 0;
        slot[role] = UINT32_MAX;
        attached[role] = false;
    }
}

bool Notes::lives(std::uint32_t wanted) const
{
    for (const Role role : {survivor, bystander, newcomer, late_reaper})
        if (attached[role] && slot[role] == wanted)
            return true;
    return false;
}

bool Notes::is_dead_peer(std::uint32_t wanted, std::uint32_t generation) const
{
    return attached[dead_peer] && slot[dead_peer] == wanted &&
           static_cast<std::int32_t>(dead_generation - generation) >= 0;
}

void Notes::deliver(Id id, std::uint32_t deliveries, Role by)
{
    if (const std::uint32_t at = delivery_count++; at < deliveries_max)
        delivery[at] = {id, deliveries, by};
}

void Notes::note_put(Id id)
{
    if (const std::uint32_t at = put_count++; at < deliveries_max)
        put[at] = id;
}

void Notes::complain(const char *format, ...)
{
    const std::uint32_t at = complaint_count++;
    if (at >= complaints_max)
        return;
    va_list arguments;
    va_start(arguments, format);
    // NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): it is begun one line above
    std::vsnprintf(complaint[at], sizeof complaint[at], format, arguments);
    va_end(arguments);
}

} // namespace sweep
