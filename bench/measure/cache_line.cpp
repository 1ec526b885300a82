// SPDX-License-Identifier: Apache-2.0
#include "measure/cache_line.hpp"
#include "measure/clock.hpp"
#include "measure/placement.hpp"
#include "peers/turn.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <sched.h>
#include <thread>

namespace bench {

namespace {

constexpr std::size_t batches = 20; // one that is interrupted does not move the median
constexpr std::uint32_t trips = 50; // of a batch

struct alignas(128) Line {
    std::atomic<std::uint32_t> turns = 0;
};

void await(const Line &line, std::uint32_t turns)
{
    while (line.turns.load(std::memory_order_acquire) != turns)
        pause_processor();
}

} // namespace

double cache_line_ns()
{
    cpu_set_t before;
    if (sched_getaffinity(0, sizeof before, &before) != 0 || CPU_COUNT(&before) < 2)
        return 0;
    Line line;
    std::atomic<bool> ready = false;
    std::thread answerer([&] {
        place(Placement::apart, Role::consumer);
        ready = true;
        ready.notify_one();
        for (std::uint32_t turn = 0; turn < batches * trips; turn++) {
            await(line, 2 * turn + 1);
            line.turns.store(2 * turn + 2, std::memory_order_release);
        }
    });
    // Sleeps meanwhile: the other thread may have begun on this processor, and under SCHED_FIFO it would never move.
    ready.wait(false);
    place(Placement::apart, Role::producer);
    std::array<double, batches> taken_ns{};
    std::uint32_t turn = 0;
    for (double &batch_ns : taken_ns) {
        const std::int64_t begin_ns = now_ns();
        for (std::uint32_t trip = 0; trip < trips; trip++, turn++) {
            line.turns.store(2 * turn + 1, std::memory_order_release);
            await(line, 2 * turn + 2);
        }
        batch_ns = static_cast<double>(now_ns() - begin_ns) / trips;
    }
    answerer.join();
    sched_setaffinity(0, sizeof before, &before);
    std::nth_element(taken_ns.begin(), taken_ns.begin() + batches / 2, taken_ns.end());
    return taken_ns[batches / 2];
}

} // namespace bench
