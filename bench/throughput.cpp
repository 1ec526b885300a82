// SPDX-License-Identifier: Apache-2.0
//
// Items a second through one queue, libipcq and Boost.Interprocess message_queue interleaved in one run: only the ratio
// of two neighbours means anything on a machine that does other things, too.
//
//   bench_throughput [items] [rounds] [producers:consumers ...]
#include "boost_peer.hpp"
#include "ipcq_peer.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <functional>
#include <string>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

constexpr std::size_t item_bytes = 64;
constexpr std::uint64_t bounded_items = 4096;

double seconds()
{
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

struct Start {
    std::atomic<int> ready, go;
};

// Millions of items a second. All processes stand at the start before the clock runs.
template <class Peer> double run(Peer &peer, int producers, int consumers, long items)
{
    void *page = mmap(nullptr, sizeof(Start), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    auto *start = new (page) Start{};
    std::vector<pid_t> children;
    for (int i = 0; i < producers + consumers; i++) {
        const pid_t child = fork();
        if (child == 0) {
            peer.enter();
            char item[item_bytes];
            std::memset(item, 'x', sizeof item);
            start->ready++;
            while (start->go == 0)
                usleep(100);
            if (i < producers)
                for (long k = 0; k < items / producers; k++)
                    peer.put(item);
            else
                for (long k = 0; k < items / consumers; k++)
                    peer.get(item);
            _exit(0);
        }
        children.push_back(child);
    }
    while (start->ready < producers + consumers)
        usleep(1000);
    usleep(5000);
    const double begin = seconds();
    start->go = 1;
    for (const pid_t child : children) {
        int status = 0;
        waitpid(child, &status, 0);
        if (status != 0)
            std::exit(1);
    }
    const double rate = static_cast<double>(items) / (seconds() - begin) / 1e6;
    munmap(page, sizeof(Start));
    return rate;
}

double median(std::vector<double> values)
{
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

struct Contestant {
    const char *name;
    std::function<double(int, int, long)> run;
    std::vector<double> rates, ratios;
};

} // namespace

int main(int argc, char **argv)
{
    const long items = argc > 1 ? std::atol(argv[1]) : 2'000'000;
    const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
    std::vector<std::pair<int, int>> crowds;
    for (int i = 3; i < argc; i++) {
        int producers = 0, consumers = 0;
        if (std::sscanf(argv[i], "%d:%d", &producers, &consumers) == 2 && producers > 0 && consumers > 0)
            crowds.emplace_back(producers, consumers);
    }
    if (crowds.empty())
        crowds = {{1, 1}, {2, 2}, {4, 4}};
    const auto ours = [](std::uint64_t max_items, bool joinable) {
        return [=](int p, int c, long n) {
            IpcqPeer peer(max_items, item_bytes, joinable);
            return run(peer, p, c, n);
        };
    };
    const auto boost = [](int p, int c, long n) {
        BoostPeer peer("bench_throughput_" + std::to_string(getpid()), bounded_items, item_bytes);
        return run(peer, p, c, n);
    };
    std::printf("%-6s %-22s %14s %8s %24s\n", "P:C", "queue", "M items/s", "ratio", "ratio, lowest to highest");
    bool met = true;
    for (const auto &[producers, consumers] : crowds) {
        std::vector<Contestant> contestants = {{"boost 4096", boost, {}, {}},
                                               {"plain 4096", ours(bounded_items, false), {}, {}},
                                               {"plain unbounded", ours(0, false), {}, {}},
                                               {"joinable 4096", ours(bounded_items, true), {}, {}},
                                               {"joinable unbounded", ours(0, true), {}, {}}};
        for (int round = 0; round < rounds; round++)
            for (Contestant &c : contestants) {
                c.rates.push_back(c.run(producers, consumers, items));
                c.ratios.push_back(c.rates.back() / contestants[0].rates.back());
            }
        for (Contestant &c : contestants) {
            const auto [low, high] = std::minmax_element(c.ratios.begin(), c.ratios.end());
            std::printf("%d:%-4d %-22s %14.1f %8.2f %15.2f to %.2f\n", producers, consumers, c.name, median(c.rates),
                        median(c.ratios), *low, *high);
            const bool judged = producers == consumers && (producers == 1 || producers == 4);
            if (judged && std::strncmp(c.name, "plain", 5) == 0 && median(c.ratios) < 3.0)
                met = false;
        }
        std::fflush(stdout);
    }
    std::printf("plain at least 3 times Boost at 1:1 and 4:4: %s\n", met ? "met" : "missed");
    return 0;
}
