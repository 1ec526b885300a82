// SPDX-License-Identifier: Apache-2.0
//
// Items a second through one queue. How many items make a measurement of the wanted length is tried out once for each
// cell. The items are numbered, and the consumers' sum of the numbers is compared: a queue that loses one is not fast.
#include "measure/counts.hpp"
#include "measure/crowd.hpp"
#include "scenes/scene.hpp"

#include <algorithm>

namespace bench {

namespace {

struct Run {
    double seconds = 0;
    std::string failed;
};

Run carry(const Cell &cell, std::uint64_t items)
{
    const auto peer = peers().at(cell.peer).make(cell.setup);
    const auto producers = static_cast<std::uint64_t>(cell.setup.producers);
    const auto consumers = static_cast<std::uint64_t>(cell.setup.consumers);
    std::vector<Member> members;
    const auto join = [&](Role role, std::uint64_t index, std::function<void(Stamp &)> work) {
        members.push_back({role, [&, role, index] { peer->enter(role, static_cast<int>(index)); }, std::move(work),
                           [&] { peer->leave(); }});
    };
    for (std::uint64_t i = 0; i < consumers; i++)
        join(Role::consumer, i, [&](Stamp &stamp) { stamp.sum = peer->consume(items / consumers); });
    for (std::uint64_t i = 0; i < producers; i++)
        join(Role::producer, i, [&, i](Stamp &) { peer->produce(i * (items / producers), items / producers); });
    const Outcome outcome = run(members, cell.placement);
    std::uint64_t sum = 0;
    for (const Stamp &stamp : outcome.stamps)
        sum += stamp.sum;
    if (outcome.failed)
        return {0, "a process failed or hung"};
    if (sum != items * (items - 1) / 2)
        return {0, "the items that came are not those that were put"};
    return {static_cast<double>(outcome.elapsed_ns) * 1e-9, {}};
}

// A multiple of what the processes' shares must divide.
std::uint64_t rounded(double items, const Setup &setup)
{
    const auto share = static_cast<std::uint64_t>(setup.producers) * static_cast<std::uint64_t>(setup.consumers);
    return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(items) / share) * share;
}

std::uint64_t enough_items(const Cell &cell)
{
    std::uint64_t &items = counts()[cell.peer + " " + std::to_string(cell.setup.producers) + ":" +
                                    std::to_string(cell.setup.consumers) + " " + std::to_string(cell.setup.item_bytes) +
                                    " " + name(cell.placement) + " " + std::to_string(cell.seconds)];
    if (items != 0)
        return items;
    for (double count = 1000;;) {
        const Run trial = carry(cell, rounded(count, cell.setup));
        if (!trial.failed.empty())
            return rounded(count, cell.setup);
        const double factor = cell.seconds / std::max(trial.seconds, 1e-6);
        // Half as long as wanted: in a short trial of a crowd most of the time goes by until everybody has begun.
        if (trial.seconds >= cell.seconds / 2)
            return items = rounded(count * factor, cell.setup);
        count *= std::clamp(factor / 2, 2.0, 30.0);
    }
}

} // namespace

void calibrate_throughput(const Cell &cell) { enough_items(cell); }

Finding throughput(const Cell &cell)
{
    const std::uint64_t items = enough_items(cell);
    const Run run = carry(cell, items);
    if (!run.failed.empty())
        return {{"failed", run.failed}};
    return {{"value", static_cast<double>(items) / run.seconds / 1e6}, {"unit", "M items/s"}, {"items", items}};
}

} // namespace bench
