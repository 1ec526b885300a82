// SPDX-License-Identifier: Apache-2.0
#include "measure/placement.hpp"
#include "peers/require.hpp"

#include <sched.h>

namespace bench {

void place(Placement placement, Role role)
{
    if (placement == Placement::free)
        return;
    cpu_set_t allowed, chosen;
    require(sched_getaffinity(0, sizeof allowed, &allowed) == 0, "sched_getaffinity");
    int wanted = placement == Placement::apart && role == Role::consumer ? 1 : 0;
    CPU_ZERO(&chosen);
    for (int processor = 0; processor < CPU_SETSIZE; processor++)
        if (CPU_ISSET(processor, &allowed) && wanted-- == 0)
            CPU_SET(processor, &chosen);
    require(sched_setaffinity(0, sizeof chosen, &chosen) == 0, "sched_setaffinity: are there two processors?");
}

const char *name(Placement placement)
{
    switch (placement) {
    case Placement::free: return "free";
    case Placement::apart: return "apart";
    case Placement::one_core: return "one core";
    }
    return "";
}

} // namespace bench
