// SPDX-License-Identifier: Apache-2.0
//
// One process alone puts an item and gets it, and again: nothing moves between processors, and what a queue does to gather
// items for others must not slow it down.
#include "measure/crowd.hpp"
#include "scenes/scene.hpp"

namespace bench {

Finding alternate(const Cell &cell)
{
    constexpr std::uint64_t tries = 1000;
    const auto peer = peers().at(cell.peer).make(cell.setup);
    SharedMemory memory(sizeof(double));
    auto *ns_per_pair = memory.as<double>();
    const Outcome outcome = run({{Role::both, [&] { peer->enter(Role::both, 0); },
                                  [&](Stamp &) {
                                      const std::int64_t begin_ns = now_ns();
                                      peer->alternate(tries);
                                      const std::int64_t tried_ns = now_ns() - begin_ns;
                                      const double count = cell.seconds * 1e9 / static_cast<double>(tried_ns) * tries;
                                      const std::int64_t start_ns = now_ns();
                                      peer->alternate(static_cast<std::uint64_t>(count));
                                      *ns_per_pair = static_cast<double>(now_ns() - start_ns) / count;
                                  },
                                  [&] { peer->leave(); }}},
                                cell.placement);
    if (outcome.failed)
        return {{"failed", "the process failed"}};
    return {{"value", *ns_per_pair}, {"unit", "ns a pair"}};
}

} // namespace bench
