// SPDX-License-Identifier: Apache-2.0
//
// What consumers cost that wait for an item which does not come: the processor time of all of them together, in percent of
// one processor. A producer ends it with an item for each. Beside it, processes that only sleep, and wake as often.
#include "measure/crowd.hpp"
#include "scenes/bare_system.hpp"
#include "scenes/scene.hpp"

#include <sys/resource.h>

namespace bench {

namespace {

std::int64_t processor_time_ns()
{
    timespec t{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

std::uint64_t times_slept()
{
    rusage usage = {};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<std::uint64_t>(usage.ru_nvcsw);
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
                               const std::uint64_t slept = times_slept();
                               peer->consume(1);
                               stamp.slept = times_slept() - slept;
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
    std::uint64_t used_ns = 0, slept = 0;
    for (const Stamp &stamp : outcome.stamps) {
        used_ns += stamp.sum;
        slept += stamp.slept;
    }
    const double percent = 100.0 * static_cast<double>(used_ns) / static_cast<double>(outcome.elapsed_ns);
    Finding finding = {{"value", percent}, {"unit", "% of a processor"}};
    const double sleeps = static_cast<double>(slept) / cell.setup.consumers; // of each; the last is ended by its item
    if (sleeps >= 2) {
        const double slice_seconds = cell.seconds / (sleeps - 1);
        finding["slice_ms"] = slice_seconds * 1e3;
        finding["limit"] = sleepers_percent(cell.setup.consumers, slice_seconds, cell.seconds, cell.placement);
    }
    return finding;
}

} // namespace bench
