// SPDX-License-Identifier: Apache-2.0
//
// What consumers cost that wait for an item which does not come: the processor time of all of them together, in percent of
// one processor. A producer ends it with an item for each.
#include "measure/crowd.hpp"
#include "scenes/scene.hpp"

namespace bench {

namespace {

std::int64_t processor_time_ns()
{
    timespec t{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

} // namespace

Finding idle(const Cell &cell)
{
    const auto peer = peers().at(cell.peer).make(cell.setup);
    std::vector<Member> members;
    for (int i = 0; i < cell.setup.consumers; i++)
        members.push_back({Role::consumer, [&, i] { peer->enter(Role::consumer, i); },
                           [&](Stamp &stamp) {
                               const std::int64_t begin_ns = processor_time_ns();
                               peer->consume(1);
                               stamp.sum = static_cast<std::uint64_t>(processor_time_ns() - begin_ns);
                           },
                           [&] { peer->leave(); }});
    members.push_back({Role::producer, [&] { peer->enter(Role::producer, 0); },
                       [&](Stamp &) {
                           const auto wait_ns = static_cast<std::int64_t>(cell.seconds * 1e9);
                           const timespec wait = {wait_ns / 1'000'000'000, wait_ns % 1'000'000'000};
                           nanosleep(&wait, nullptr);
                           peer->produce(0, static_cast<std::uint64_t>(cell.setup.consumers));
                       },
                       [&] { peer->leave(); }});
    const Outcome outcome = run(members, cell.placement);
    if (outcome.failed)
        return {{"failed", "a process failed or hung"}};
    std::uint64_t used_ns = 0;
    for (const Stamp &stamp : outcome.stamps)
        used_ns += stamp.sum;
    const double percent = 100.0 * static_cast<double>(used_ns) / static_cast<double>(outcome.elapsed_ns);
    return {{"value", percent}, {"unit", "% of a processor"}};
}

} // namespace bench
