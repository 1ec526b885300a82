// SPDX-License-Identifier: Apache-2.0
#include "queue/anonymous.hpp"

#include "memory/object.hpp"
#include "wait/participant.hpp"

#include <atomic>
#include <cstring>
#include <dirent.h>
#include <sys/stat.h>

namespace ipcq {

void remove_if_last(int fd, const QueueName &name) noexcept
{
    struct stat mine {
    }, named{};
    if (!nobody_attached(fd) || ::fstat(fd, &mine) != 0 || ::stat(name.path, &named) != 0)
        return;
    if (mine.st_dev == named.st_dev && mine.st_ino == named.st_ino)
        ::unlink(name.path);
}

void remove_stale_anonymous() noexcept
{
    static std::atomic<bool> swept{false};
    if (swept.exchange(true))
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
        Trouble trouble;
        if (parse_name(name, parsed) == Code::OK && find_object(parsed, false, fd, geometry, trouble) == Code::OK &&
            geometry.anonymous)
            remove_if_last(fd.get(), parsed);
    }
    ::closedir(directory);
}

} // namespace ipcq
