// SPDX-License-Identifier: Apache-2.0
//
// Ten million items are put before the first is taken. What do put and get cost, against their steady cost with a
// window of items that goes round? For put, what the bare system takes for as many new pages is added to it. How much
// memory does an item need, and does it come back? The system is asked about the memory.
#include "measure/clock.hpp"
#include "scenes/bare_system.hpp"
#include "scenes/own_queue.hpp"
#include "scenes/scene.hpp"

#include <algorithm>
#include <sys/stat.h>
#include <sys/statvfs.h>

namespace bench {

namespace {

constexpr std::uint64_t items_wanted = 10'000'000;
constexpr std::uint64_t chunk = 100'000; // one point of the curve
constexpr std::uint64_t window = 1'000;  // steady: what fits the processor's own cache
constexpr std::uint64_t steady_rounds = 500;
constexpr std::uint64_t bytes_an_item_most = 200; // with which the room is reckoned before
constexpr std::uint64_t record_bytes = 16;        // before each item, for the bare system's share
constexpr std::uint64_t page_bytes = 4096;
constexpr double patience_s = 3; // until the memory must have come back
constexpr std::uint64_t little_bytes = 4 << 20;

class Stream {
public:
    Stream(ipcq_t *queue, std::size_t item_bytes) : queue_(queue), item_(item_bytes, 'x') {}
    // Nanoseconds an item.
    double put(std::uint64_t count)
    {
        const std::int64_t begin_ns = now_ns();
        for (std::uint64_t i = 0; i < count; i++)
            OwnQueue::check(ipcq_put(queue_, item_.data(), item_.size(), IPCQ_FOREVER), "ipcq_put");
        return static_cast<double>(now_ns() - begin_ns) / static_cast<double>(count);
    }
    double get(std::uint64_t count)
    {
        std::size_t size = 0;
        const std::int64_t begin_ns = now_ns();
        for (std::uint64_t i = 0; i < count; i++)
            OwnQueue::check(ipcq_get(queue_, item_.data(), item_.size(), &size, IPCQ_FOREVER), "ipcq_get");
        return static_cast<double>(now_ns() - begin_ns) / static_cast<double>(count);
    }
    // Memory goes back while somebody waits at a quiet queue.
    void wait(double seconds)
    {
        std::size_t size = 0;
        ipcq_get(queue_, item_.data(), item_.size(), &size, ipcq_deadline(seconds));
    }

private:
    ipcq_t *queue_;
    std::vector<char> item_;
};

std::uint64_t allocated_bytes(const OwnQueue &queue)
{
    struct stat status = {};
    constexpr std::uint64_t block = 512;
    return stat(queue.path().c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_blocks) * block : 0;
}

std::uint64_t items_that_fit()
{
    struct statvfs room = {};
    if (statvfs("/dev/shm", &room) != 0)
        return 0;
    const std::uint64_t free_bytes = std::uint64_t{room.f_bavail} * room.f_frsize;
    return std::min(items_wanted, free_bytes / bytes_an_item_most / chunk * chunk);
}

double mean(const std::vector<double> &values)
{
    double sum = 0;
    for (const double value : values)
        sum += value;
    return sum / static_cast<double>(values.size());
}

double median(std::vector<double> values)
{
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
    return values[values.size() / 2];
}

} // namespace

Finding backlog(const Cell &cell)
{
    const std::uint64_t items = items_that_fit();
    if (items < chunk)
        return {{"failed", "/dev/shm has no room for a backlog"}};
    // Before the queue: pages that this machine never used cost more, and the first to ask for them pays.
    const double page_ns = new_page_ns(items * (cell.setup.item_bytes + record_bytes));
    const OwnQueue queue(items * bytes_an_item_most);
    Stream stream(queue.handle(), cell.setup.item_bytes);
    std::vector<double> steady_put, steady_get, put, get;
    for (std::uint64_t i = 0; i < steady_rounds; i++) {
        steady_put.push_back(stream.put(window));
        steady_get.push_back(stream.get(window));
    }
    for (std::uint64_t i = 0; i < items / chunk; i++)
        put.push_back(stream.put(chunk));
    const std::uint64_t full_bytes = allocated_bytes(queue);
    for (std::uint64_t i = 0; i < items / chunk; i++)
        get.push_back(stream.get(chunk));
    const std::int64_t drained_ns = now_ns();
    std::uint64_t left_bytes = 0;
    do {
        stream.wait(0.1);
        left_bytes = allocated_bytes(queue);
    } while (left_bytes > little_bytes && static_cast<double>(now_ns() - drained_ns) * 1e-9 < patience_s);
    const double bytes_an_item = static_cast<double>(full_bytes) / static_cast<double>(items);
    const double pages_ns = page_ns * bytes_an_item / page_bytes;
    return {{"value", mean(put)},
            {"unit", "ns a put"},
            {"limit", median(steady_put) + pages_ns},
            {"new_pages_ns", pages_ns},
            {"items", items},
            {"steady_put_ns", median(steady_put)},
            {"steady_get_ns", median(steady_get)},
            {"put_ns", put},
            {"get_ns", get},
            {"get_ratio", mean(get) / median(steady_get)},
            {"bytes_an_item", bytes_an_item},
            {"bytes_left", left_bytes}};
}

} // namespace bench
