// SPDX-License-Identifier: Apache-2.0
#include "queue/anonymous.hpp"

#include "log/test_point.hpp"
#include "memory/object.hpp"
#include "queue/removal_lock.hpp"
#include "wait/deadline.hpp"
#include "wait/fork_epoch.hpp"
#include "wait/inherited_access.hpp"

#include <atomic>
#include <cstring>
#include <dirent.h>
#include <sys/stat.h>

namespace ipcq {

namespace {

constexpr int turns_max = 100; // only a crowd that attaches and leaves all the time makes it take more than one

constexpr Nanoseconds interval = 1'000'000'000;

// Each process looks when it makes its first anonymous queue, a forked child too. One that makes many does not look each
// time. Threads that come here at once may look twice.
bool is_due() noexcept
{
    static std::atomic<std::uint64_t> epoch_of_last{0};
    static std::atomic<Nanoseconds> last{0};
    const std::uint64_t epoch = fork_epoch();
    const Nanoseconds now = now_ns();
    if (epoch_of_last.exchange(epoch, relaxed) == epoch && now - last.load(relaxed) < interval)
        return false;
    last.store(now, relaxed);
    return true;
}

bool nobody_has(int fd, const SlotSet &own) noexcept { return nobody_attached(fd, own) && !somebody_holds(fd); }

} // namespace

void remove_if_last(int fd, const QueueName &name, const SlotSet &own) noexcept
{
    // Repeated when a participant left during the last turn: it found the lock held, and left the name to this process.
    for (int turn = 0; turn < turns_max && leads_to(name, fd) && nobody_has(fd, own); turn++) {
        TEST_POINT("removal_begins");
        RemovalLock lock;
        if (!lock.take(fd))
            return; // another process holds it and looks again when it has let go
        // An opener attaches first and looks at the lock afterwards: either it is seen here, or it sees the lock.
        if (nobody_has(lock.fd(), own)) {
            TEST_POINT("removal_decided");
            ::unlink(name.path);
            return;
        }
        TEST_POINT("removal_refused");
    }
}

void remove_stale_anonymous() noexcept
{
    if (!is_due())
        return;
    DIR *directory = ::opendir(object_directory);
    if (directory == nullptr)
        return;
    constexpr char prefix[] = "ipcq.";
    while (const dirent *entry = ::readdir(directory)) {
        const char *name = entry->d_name + (sizeof prefix - 1);
        if (std::strncmp(entry->d_name, prefix, sizeof prefix - 1) != 0 ||
            std::strncmp(name, anonymous_prefix, sizeof anonymous_prefix - 1) != 0)
            continue;
        QueueName parsed;
        Descriptor fd;
        Geometry geometry;
        ErrorDetail detail;
        if (parse_name(name, parsed) == Code::OK && find_object(parsed, false, fd, geometry, detail) == Code::OK &&
            geometry.anonymous) {
            const ForkGate gate;
            remove_if_last(fd.get(), parsed, SlotSet{});
        }
    }
    ::closedir(directory);
}

} // namespace ipcq
