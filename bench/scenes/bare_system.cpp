// SPDX-License-Identifier: Apache-2.0
#include "scenes/bare_system.hpp"
#include "measure/crowd.hpp"
#include "peers/require.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace bench {

namespace {

constexpr std::size_t page_bytes = 4096;
constexpr std::size_t step_bytes = 256 << 10; // larger ones were no faster
constexpr int opens = 1000;

std::int64_t processor_time_ns()
{
    timespec t{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

// At whole multiples of the slice: one interrupt wakes all.
void sleep_a_slice(sem_t &semaphore, std::int64_t slice_ns)
{
    const std::int64_t now = now_ns(), until = now + slice_ns - now % slice_ns;
    const timespec when = {until / 1'000'000'000, until % 1'000'000'000};
    require(sem_clockwait(&semaphore, CLOCK_MONOTONIC, &when) != 0 && errno == ETIMEDOUT, "sem_clockwait");
}

} // namespace

double new_page_ns(std::uint64_t bytes)
{
    const std::string name = "/bench-pages-" + std::to_string(getpid());
    const int file = shm_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600);
    require(file >= 0, "shm_open");
    shm_unlink(name.c_str());
    bytes = std::max<std::uint64_t>(1, bytes / step_bytes) * step_bytes;
    require(ftruncate(file, static_cast<off_t>(bytes)) == 0, "ftruncate");
    void *start = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    require(start != MAP_FAILED, "mmap");
    const std::int64_t begin_ns = now_ns();
    for (std::uint64_t at = 0; at < bytes; at += step_bytes) {
        require(fallocate(file, 0, static_cast<off_t>(at), step_bytes) == 0, "fallocate");
        require(madvise(static_cast<char *>(start) + at, step_bytes, MADV_POPULATE_WRITE) == 0, "madvise");
    }
    const double taken_ns = static_cast<double>(now_ns() - begin_ns);
    munmap(start, bytes);
    close(file);
    return taken_ns * page_bytes / static_cast<double>(bytes);
}

double open_and_map_ns(const std::string &path)
{
    const std::int64_t begin_ns = now_ns();
    for (int i = 0; i < opens; i++) {
        const int file = open(path.c_str(), O_RDWR | O_CLOEXEC);
        struct stat status = {};
        require(file >= 0 && fstat(file, &status) == 0, "open");
        void *start =
            mmap(nullptr, static_cast<std::size_t>(status.st_size), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        require(start != MAP_FAILED, "mmap");
        munmap(start, static_cast<std::size_t>(status.st_size));
        close(file);
    }
    return static_cast<double>(now_ns() - begin_ns) / opens;
}

double sleepers_percent(int processes, double slice_seconds, double seconds, Placement placement)
{
    SharedMemory memory(sizeof(sem_t));
    sem_t &semaphore = *memory.as<sem_t>();
    require(sem_init(&semaphore, 1, 0) == 0, "sem_init");
    const auto slice_ns = static_cast<std::int64_t>(slice_seconds * 1e9);
    const Member sleeper = {Role::consumer, [] {},
                            [&](Stamp &stamp) {
                                const std::int64_t end_ns = now_ns() + static_cast<std::int64_t>(seconds * 1e9);
                                const std::int64_t begin_ns = processor_time_ns();
                                while (now_ns() + slice_ns / 2 < end_ns)
                                    sleep_a_slice(semaphore, slice_ns);
                                stamp.sum = static_cast<std::uint64_t>(processor_time_ns() - begin_ns);
                            },
                            [] {}};
    const Outcome outcome = run(std::vector<Member>(static_cast<std::size_t>(processes), sleeper), placement);
    require(!outcome.failed, "a sleeper");
    std::uint64_t used_ns = 0;
    for (const Stamp &stamp : outcome.stamps)
        used_ns += stamp.sum;
    return 100.0 * static_cast<double>(used_ns) / static_cast<double>(outcome.elapsed_ns);
}

} // namespace bench
