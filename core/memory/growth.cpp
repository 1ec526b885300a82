// SPDX-License-Identifier: Apache-2.0
#include "memory/growth.hpp"

#include "memory/object.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

namespace ipcq {

namespace {

// Growing a file past RLIMIT_FSIZE raises SIGXFSZ, which kills the process: look first. Inside the present size the limit
// does not count.
bool within_file_limit(int fd, std::uint64_t end) noexcept
{
    struct rlimit limit {};
    if (::getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY || end <= limit.rlim_cur)
        return true;
    struct stat status {};
    return ::fstat(fd, &status) == 0 && end <= static_cast<std::uint64_t>(status.st_size);
}

bool remove(void *begin, std::uint64_t size) noexcept
{
    int result = 0;
    do
        result = ::madvise(begin, size, MADV_REMOVE);
    while (result != 0 && errno == EINTR);
    return result == 0;
}

// The kernel removes nothing through locked pages. A second mapping of the same bytes is locked like the first one, and
// can be unlocked without splitting it.
bool remove_locked(void *begin, std::uint64_t size) noexcept
{
    void *view = ::mremap(begin, 0, size, MREMAP_MAYMOVE);
    if (view == MAP_FAILED)
        return false;
    const bool removed = ::munlock(view, size) == 0 && remove(view, size);
    ::munmap(view, size);
    return removed;
}

} // namespace

Code allocate(int fd, std::uint64_t offset, std::uint64_t size) noexcept
{
    if (!within_file_limit(fd, offset + size))
        return Code::FILELIMIT;
    while (size > 0) {
        const std::uint64_t step = std::min(size, allocation_step_max);
        if (::fallocate(fd, 0, static_cast<off_t>(offset), static_cast<off_t>(step)) != 0) {
            if (errno == EINTR)
                continue;
            return code_of_errno(errno);
        }
        offset += step;
        size -= step;
    }
    return Code::OK;
}

bool release_memory(void *begin, std::uint64_t size) noexcept
{
    return remove(begin, size) || (errno == EINVAL && remove_locked(begin, size));
}

} // namespace ipcq
