// SPDX-License-Identifier: Apache-2.0
#include "memory/descriptor.hpp"

#include <cerrno>
#include <fcntl.h>

namespace ipcq {

Descriptor open_file(const char *path, int flags, mode_t mode) noexcept
{
    const int fd = ::open(path, flags | O_CLOEXEC, mode);
    if (fd < 0 || fd > STDERR_FILENO)
        return Descriptor(fd);
    const int moved = ::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    const int error = errno == EINVAL ? EMFILE : errno; // EINVAL: the limit is below
    ::close(fd);
    errno = error;
    return Descriptor(moved);
}

} // namespace ipcq
