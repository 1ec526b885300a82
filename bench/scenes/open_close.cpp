// SPDX-License-Identifier: Apache-2.0
//
// Opening a queue that exists, and closing it again; beside it the same for the bare file.
#include "measure/clock.hpp"
#include "measure/histogram.hpp"
#include "scenes/bare_system.hpp"
#include "scenes/own_queue.hpp"
#include "scenes/scene.hpp"

namespace bench {

Finding open_close(const Cell &cell)
{
    constexpr std::size_t samples_most = 100'000;
    const OwnQueue queue(0);
    Samples samples(samples_most);
    ipcq_options options = {};
    options.struct_size = sizeof options;
    options.flags = IPCQ_OPEN_ONLY;
    const std::int64_t end_ns = now_ns() + static_cast<std::int64_t>(cell.seconds * 1e9);
    while (now_ns() < end_ns) {
        ipcq_t *handle = nullptr;
        const std::int64_t begin_ns = now_ns();
        OwnQueue::check(ipcq_open(&handle, queue.name().c_str(), &options), "ipcq_open");
        OwnQueue::check(ipcq_close(handle), "ipcq_close");
        samples.add(now_ns() - begin_ns);
    }
    Finding finding = samples.finding();
    finding["limit"] = open_and_map_ns(queue.path());
    return finding;
}

} // namespace bench
