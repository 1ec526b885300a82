// SPDX-License-Identifier: Apache-2.0
#include "world.h"

#include "interpose.h"
#include "verdict.h"

#include <algorithm>
#include <cerrno>
#include <iterator>

namespace fuzz {

namespace {

constexpr std::size_t guard = 1 << 20;
// A look at the clock takes so long: a caller that only looks comes to an end, too.
constexpr std::int64_t step_ns = 20'000;
// So does a load. Else a wait in which a peer makes each try a long walk would take more loads than any deadline
// explains.
constexpr std::int64_t load_ns = 1;

struct Mapping {
    char *base;
    std::size_t size;
};

Mapping mappings[16];
std::size_t count = 0;
std::int64_t time_ns = 1'000'000'000;
std::uint64_t all_loads = 0, shared_loads = 0, loads_allowed = loads_max;

void look(const void *address)
{
    time_ns += load_ns;
    if (++all_loads == loads_allowed)
        violation("always returns", "one call made %llu loads", static_cast<unsigned long long>(loads_allowed));
    if (before_shared_load != nullptr && is_shared(address))
        before_shared_load(shared_loads++);
}

} // namespace

void (*before_shared_load)(std::uint64_t) = nullptr;

std::int64_t now_ns() { return time_ns; }
void pass_ns(std::int64_t duration) { time_ns += duration; }
std::size_t mapping_count() { return count; }

bool is_shared(const void *address)
{
    const auto *byte = static_cast<const char *>(address);
    return std::any_of(mappings, mappings + count,
                       [&](const Mapping &m) { return byte >= m.base && byte < m.base + m.size; });
}

void start_counting(std::int64_t wait_ns)
{
    all_loads = shared_loads = 0;
    loads_allowed = loads_max + static_cast<std::uint64_t>(wait_ns / load_ns);
}
std::uint64_t loads() { return all_loads; }

} // namespace fuzz

using namespace fuzz;

void *fuzz_mmap(void *hint, size_t size, int protection, int flags, int fd, off_t offset)
{
    if ((flags & MAP_SHARED) == 0)
        return ::mmap(hint, size, protection, flags, fd, offset);
    auto *room = static_cast<char *>(
        ::mmap(nullptr, size + 2 * guard, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    if (room == MAP_FAILED)
        return MAP_FAILED;
    void *map = ::mmap(room + guard, size, protection, flags | MAP_FIXED, fd, offset);
    if (map == MAP_FAILED || count == std::size(mappings)) {
        ::munmap(room, size + 2 * guard);
        return MAP_FAILED;
    }
    mappings[count++] = {static_cast<char *>(map), size};
    return map;
}

int fuzz_munmap(void *address, size_t size)
{
    Mapping *const end = mappings + count;
    Mapping *const found = std::find_if(mappings, end, [&](const Mapping &m) { return m.base == address; });
    if (found == end)
        return ::munmap(address, size);
    if (found->size != size)
        violation("close leaves nothing", "a mapping of %zu bytes was unmapped as %zu", found->size, size);
    *found = mappings[--count];
    return ::munmap(static_cast<char *>(address) - guard, size + 2 * guard);
}

int fuzz_clock_gettime(clockid_t, timespec *out)
{
    time_ns += step_ns;
    *out = {static_cast<time_t>(time_ns / 1'000'000'000), static_cast<long>(time_ns % 1'000'000'000)};
    return 0;
}

// Nobody else would run that we wait for, and on a busy machine it takes long.
int fuzz_sched_yield() { return 0; }

// A real look at the semaphore whose deadline has passed; then the time of the wait is over.
int fuzz_sem_clockwait(sem_t *semaphore, clockid_t clock, const timespec *until)
{
    const timespec long_ago = {0, 1};
    const int result = ::sem_clockwait(semaphore, clock, &long_ago);
    if (result != 0 && errno == ETIMEDOUT)
        time_ns = std::max<std::int64_t>(time_ns, until->tv_sec * 1'000'000'000 + until->tv_nsec);
    return result;
}

// The compiler's calls before each load (-fsanitize-coverage=trace-loads), under the compiler's names.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {
void __sanitizer_cov_load1(uint8_t *address) { look(address); }
void __sanitizer_cov_load2(uint16_t *address) { look(address); }
void __sanitizer_cov_load4(uint32_t *address) { look(address); }
void __sanitizer_cov_load8(uint64_t *address) { look(address); }
void __sanitizer_cov_load16(__int128 *address) { look(address); }
}
// NOLINTEND(bugprone-reserved-identifier)
